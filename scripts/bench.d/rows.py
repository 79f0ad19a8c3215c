"""The rows of a report, and the report as text, Markdown and JSON."""

import json
from dataclasses import dataclass, field

from timing import Figures, number, ratio


@dataclass
class Target:
    """A bound of design section 10. `limit` is for the ratio when there is a peer, else for netlab's own figure."""

    limit: float
    at_least: bool
    is_ratio: bool

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def text(self, unit: str) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g}" + (" ×" if self.is_ratio else f" {unit}")


def at_most(limit: float) -> Target:
    return Target(limit, at_least=False, is_ratio=False)


def at_most_times(limit: float) -> Target:
    return Target(limit, at_least=False, is_ratio=True)


def at_least_times(limit: float) -> Target:
    return Target(limit, at_least=True, is_ratio=True)


@dataclass
class Row:
    """One figure of netlab's, beside a peer's when there is one."""

    what: str
    unit: str
    ours: Figures
    peer: str = ""
    theirs: Figures | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        return ratio(self.ours, self.theirs) if self.theirs else None

    @property
    def met(self) -> bool | None:
        if not self.target:
            return None
        value = self.ratio if self.target.is_ratio else self.ours.median
        return self.target.met(value)

    def cells(self) -> list[str]:
        theirs = self.theirs.text(self.unit) if self.theirs else ""
        times = f"{self.ratio:.2f}" if self.theirs else ""
        target = self.target.text(self.unit) if self.target else ""
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return [self.what, self.ours.text(self.unit), self.peer, theirs, times, target, verdict]

    def plain(self) -> dict:
        return {
            "what": self.what, "unit": self.unit, "netlab": self.ours.values, "peer": self.peer or None,
            "peerFigures": self.theirs.values if self.theirs else None, "ratio": self.ratio,
            "target": self.target.text(self.unit) if self.target else None, "met": self.met,
        }


@dataclass
class Report:
    """Sections of rows, with the notes that say how to read them."""

    facts: dict[str, str]
    warnings: list[str] = field(default_factory=list)
    sections: list[tuple[str, list[str], list[Row]]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    HEAD = ["what", "netlab", "peer", "peer's", "ratio", "target", ""]

    def add(self, title: str, notes: list[str], rows: list[Row]) -> None:
        self.sections.append((title, notes, rows))

    def text(self) -> str:
        lines = [f"{name}: {value}" for name, value in self.facts.items()]
        lines += [f"WARNING: {line}" for line in self.warnings]
        for title, notes, rows in self.sections:
            cells = [self.HEAD] + [row.cells() for row in rows]
            widths = [max(len(line[column]) for line in cells) for column in range(len(self.HEAD))]
            lines += ["", title]
            for line in cells:
                lines.append("  " + "  ".join(c.ljust(w) for c, w in zip(line, widths)).rstrip())
            lines += ["  " + note for note in notes]
        lines += [""] + [f"FAILED: {failure}" for failure in self.failures] + [self.summary]
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        lines = ["Machine: " + "; ".join(f"{name} {value}" for name, value in self.facts.items()) + "."]
        lines += ["", *(f"**{line}**" for line in self.warnings)] if self.warnings else []
        for title, notes, rows in self.sections:
            lines += ["", f"### {title}", "", "| " + " | ".join(self.HEAD) + " |", "|---" * len(self.HEAD) + "|"]
            lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
            lines += [""] + [f"- {note}" for note in notes]
        lines += [""] + [f"Not measured: {failure}" for failure in self.failures] + [self.summary]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        sections = [
            {"title": title, "notes": notes, "rows": [row.plain() for row in rows]}
            for title, notes, rows in self.sections
        ]
        whole = {"machine": self.facts, "warnings": self.warnings, "sections": sections, "failures": self.failures}
        return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"

    @property
    def summary(self) -> str:
        verdicts = [row.met for _, _, rows in self.sections for row in rows if row.met is not None]
        return f"{sum(verdicts)} of {len(verdicts)} targets met."


__all__ = ["Report", "Row", "Target", "at_least_times", "at_most", "at_most_times", "number"]
