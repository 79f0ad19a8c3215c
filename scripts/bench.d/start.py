"""What it takes to start and end a lab: against `ip -batch` making the same objects, and against Mininet."""

import json
import time

import batch
from rows import Row, at_most, at_most_times
from timing import Failure, Figures, run, wall

LAB = "three-node"


class Start:
    def __init__(self, binary: str, against: str | None, rounds: int) -> None:
        self.binary = binary
        self.against = against
        self.rounds = rounds
        self.figures: dict[str, Figures] = {}
        self.counts: dict[str, str] = {}

    def measure(self, progress) -> tuple[list[str], list[Row]]:
        self._prepare()
        # The first round warms caches and is not counted.
        for round_number in range(-1, self.rounds):
            progress(f"start and end: round {round_number + 1} of {self.rounds}")
            self.counted = round_number >= 0
            for step in self._steps():
                step()
        return self._notes(), self._rows()

    def _steps(self):
        steps = [self._version, self._create, lambda: self._batch("create"), self._up, lambda: self._batch("up"),
                 self._mininet]
        return steps + [self._other] if self.against else steps

    def _prepare(self) -> None:
        """Reads the objects of both stages from netlab's own lab, and proves that the batches make the same."""
        self.batches: dict[str, tuple[list[str], list[str]]] = {}
        for word in ("create", "up"):
            run([self.binary, word, LAB, "-q"])
            copy = batch.Batch(LAB, f"batch-{word}", f"/run/bench/{word}")
            self.counts[word] = copy.count()
            if word == "up":
                self.hosts = len(batch.namespaces(LAB)) - 1
                self.resident, self.proportional = daemon_memory(LAB)
            run([self.binary, "down", LAB, "-q"])
            self.batches[word] = make, delete = copy.write()
            run(make)
            try:
                batch.check(copy, f"batch-{word}")
            finally:
                run(delete)

    def _add(self, name: str, value: float) -> None:
        if self.counted:
            self.figures.setdefault(name, Figures()).add(value)

    def _version(self) -> None:
        self._add("version", wall([self.binary, "version"]))
        self._add("true", wall(["true"]))

    def _create(self) -> None:
        self._add("create", wall([self.binary, "create", LAB, "-q"]))
        self._add("down after create", wall([self.binary, "down", LAB, "-q"]))

    def _up(self) -> None:
        self._cycle(self.binary, "")

    def _other(self) -> None:
        self._add("version, other", wall([self.against, "version"]))
        self._add("create, other", wall([self.against, "create", LAB, "-q"]))
        self._add("down after create, other", wall([self.against, "down", LAB, "-q"]))
        self._cycle(self.against, ", other")

    def _cycle(self, binary: str, suffix: str) -> None:
        up = wall([binary, "up", LAB, "-q"])
        down = wall([binary, "down", LAB, "-q"])
        self._add("up" + suffix, up)
        self._add("down" + suffix, down)
        self._add("up and down" + suffix, up + down)

    def _batch(self, word: str) -> None:
        make, delete = self.batches[word]
        self._add(f"batch {word}", wall(make))
        self._add(f"batch {word} delete", wall(delete))
        settle()

    def _mininet(self) -> None:
        self._add("mininet", wall(["mn", "--topo", f"single,{self.hosts}", "--switch", "lxbr", "--controller", "none",
                                   "--test", "none"]))
        settle()

    def _rows(self) -> list[Row]:
        f = self.figures
        mininet = f"Mininet, {self.hosts} hosts, up and down"
        rows = [
            Row("version: the program's start", "ms", f["version"], "/bin/true", f["true"], at_most(15)),
            Row(f"create {LAB}", "ms", f["create"], target=at_most(30)),
            Row(f"create {LAB}", "ms", f["create"], "ip -batch, same objects", f["batch create"], at_most_times(0.6)),
            Row(f"up {LAB}, to the verified answer", "ms", f["up"], target=at_most(100)),
            Row(f"up {LAB}, to the verified answer", "ms", f["up"], "ip -batch, same objects", f["batch up"]),
            Row(f"down {LAB}", "ms", f["down"], "ip -batch, not waiting", f["batch up delete"], at_most(200)),
            Row(f"up and down {LAB}", "ms", f["up and down"], mininet, f["mininet"], at_most_times(0.2)),
            Row("the daemon's memory, resident", "MiB", self.resident, target=at_most(40)),
            Row("the daemon's memory, proportional", "MiB", self.proportional),
        ]
        if self.against:
            for name in ("version", "create", "down after create", "up", "down"):
                rows.append(Row(name, "ms", f[name], "the other netlab", f[f"{name}, other"]))
        return rows

    def _notes(self) -> list[str]:
        return [
            "Whole processes, from before the start to after the end. Ratios are medians of the rounds' own ratios.",
            f"create as ip -batch: {self.counts['create']}; read back, they are netlab's.",
            f"up as ip -batch: {self.counts['up']}; no pods, daemon, proxy or check.",
            "ip cannot set sysctls or nftables rules: netlab does, the batches do not.",
            "down returns when the kernel has let go; ip netns delete returns before.",
            "Mininet's hosts have a namespace and a link each: no routes, no pods, no services.",
        ]


def settle() -> None:
    """Lets the kernel take apart what was only dropped, so that it does not burden what is measured next."""
    time.sleep(0.2)


def daemon(lab: str) -> int:
    """The process of the lab's daemon."""
    with open(f"/run/netlab/{lab}/lab.json") as file:
        return json.load(file)["daemon"]["pid"]


def daemon_memory(lab: str) -> tuple[Figures, Figures]:
    """MiB of the lab's daemon: resident, and with pages that other processes use too counted in part."""
    pid = daemon(lab)
    sizes = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            words = line.split()
            if words[0] in ("Rss:", "Pss:"):
                sizes[words[0]] = int(words[1]) / 1024
    if len(sizes) != 2:
        raise Failure(f"/proc/{pid}/smaps_rollup says nothing of Rss and Pss")
    resident, proportional = Figures(), Figures()
    resident.add(sizes["Rss:"])
    proportional.add(sizes["Pss:"])
    return resident, proportional
