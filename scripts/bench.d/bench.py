"""Measures netlab beside its peers. Called by scripts/bench, which says how, on a machine of its own."""

import argparse
import sys
import time

import facts
import scale
from proxy import Proxy
from rows import Report
from start import Start
from timing import Failure


def main() -> int:
    arguments = parse()
    # A burdened computer is said to be one: its figures are of use as ratios only.
    share = facts.busy(1.0)
    report = Report(facts.facts(arguments.binary))
    if share > 0.1:
        report.warnings.append(f"the computer was {share:.0%} busy before the first measurement: ratios only")
    parts = arguments.part or ["start", "proxy"] + (["scale"] if arguments.scale else [])
    began = time.monotonic()
    for part, measure in [("start", measure_start), ("proxy", measure_proxy), ("scale", measure_scale)]:
        if part not in parts:
            continue
        try:
            measure(arguments, report)
        except Failure as failure:
            report.failures.append(f"{part}: {failure}")
    progress("")
    report.facts["took"] = f"{time.monotonic() - began:.0f} s"
    write(arguments, report)
    return 1 if report.failures else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("binary")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--part", action="append")
    for name in ("--against", "--json", "--markdown"):
        parser.add_argument(name)
    return parser.parse_args()


def measure_start(arguments: argparse.Namespace, report: Report) -> None:
    start = Start(arguments.binary, arguments.against, rounds=5 if arguments.quick else 15)
    report.add("Start and end", *start.measure(progress))


def measure_proxy(arguments: argparse.Namespace, report: Report) -> None:
    proxy = Proxy(arguments.binary, rounds=3 if arguments.quick else 6, seconds=1 if arguments.quick else 2)
    report.add("The ClusterIP proxy", *proxy.measure(progress))


def measure_scale(arguments: argparse.Namespace, report: Report) -> None:
    rows = []
    for nodes, pods, seconds in [(30, 10, None), (100, 10, 3), (1000, 1, 20)]:
        try:
            rows += scale.measure(arguments.binary, nodes, pods, seconds, progress)
        except Failure as failure:
            report.failures.append(f"scale: {failure}")
    if rows:
        report.add("Large labs", ["One run each."], rows)


def progress(text: str) -> None:
    """One line that is drawn over on a terminal; a line for each step elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
    elif text:
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write(arguments: argparse.Namespace, report: Report) -> None:
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(report.json())
    if arguments.markdown == "-":
        sys.stdout.write(report.markdown())
        return
    if arguments.markdown:
        with open(arguments.markdown, "w") as file:
            file.write(report.markdown())
    sys.stdout.write(report.text())


sys.exit(main())
