"""Running programs and timing them, and the figures of several rounds."""

import os
import select
import statistics
import subprocess
import time


class Failure(Exception):
    """Something that could not be measured; the text says what and why."""


def run(words: list[str], limit: float = 60, cwd: str | None = None) -> str:
    """What the program printed. Fails when it does not end with 0 within `limit` seconds."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit, cwd=cwd)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{' '.join(words)}: did not end within {limit:.0f} s") from error
    if done.returncode != 0:
        raise Failure(f"{' '.join(words)}: ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def wall(words: list[str], limit: float = 60) -> float:
    """Milliseconds from before the start of the process to after its end, with its output thrown away."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    # Standard error is kept in a file: a pipe would have to be read meanwhile.
    noise = os.memfd_create("stderr")
    actions.append((os.POSIX_SPAWN_DUP2, noise, 2))
    try:
        before = time.perf_counter()
        pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
        status = _wait(pid, before + limit, words)
        after = time.perf_counter()
        if status != 0:
            text = os.pread(noise, 4000, 0).decode(errors="replace").strip()
            raise Failure(f"{' '.join(words)}: ended with {status}: {text}")
        return (after - before) * 1000
    finally:
        os.close(noise)


def _wait(pid: int, deadline: float, words: list[str]) -> int:
    """The exit code. A descriptor of the process is waited for: its end is seen at once, and there is a limit."""
    descriptor = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.perf_counter()))
        if not ready:
            os.kill(pid, 9)
        _, status = os.waitpid(pid, 0)
        if not ready:
            raise Failure(f"{' '.join(words)}: did not end in time")
        return os.waitstatus_to_exitcode(status)
    finally:
        os.close(descriptor)


class Figures:
    """One quantity over the rounds."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def add(self, value: float) -> None:
        self.values.append(value)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def text(self, unit: str) -> str:
        """`median (min..max) unit`, or only the value when there was one round."""
        if len(self.values) == 1:
            return f"{number(self.median)} {unit}"
        return f"{number(self.median)} ({number(min(self.values))}..{number(max(self.values))}) {unit}"


def ratio(ours: Figures, theirs: Figures) -> float:
    """The median of the rounds' own ratios: what burdened the computer in one round burdened both sides of it."""
    return statistics.median(a / b for a, b in zip(ours.values, theirs.values))


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"
