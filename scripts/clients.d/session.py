"""One kubectl and one lab: runs commands and compares what they print with what a cluster prints.

A transcript is a file in golden/. `$ COMMAND` starts a case, what must be printed follows, `[3]` is the exit code, and
lines that begin with # are remarks. `$31 COMMAND` is for kubectl 1.31 and later, `$-30` for 1.30 and earlier; so are
`{31}` and `{-30}` before a line. A line `...` stands for any lines, PLACEHOLDERS for what changes from run to run.
A line that ends with ` (re)` is a regular expression. Standard error comes after standard output.

What begins with a line of capitals is one or more tables. Its cells are compared one by one, `<empty>` is one without
text, and then the widths: kubectl's tables have columns of 6 or more, with 3 spaces after the longest cell.
Elsewhere two spaces or more stand for two or more.
"""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time

here = os.path.dirname(os.path.abspath(__file__))

DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d \+\d{4}"
PLACEHOLDERS = {
    "age": r"(?:\d+[ydhms]){1,2}",
    "bytes": r"\d+(?:[KMG]i)?",
    "date": DATE,
    "empty": "",
    "hash": r"[4-9bcdf]{1,10}",
    "id": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "ip": r"10\.0\.[0-2]\.\d{1,3}",
    "n": r"\d+",
    "second": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "suffix": "[bcdfghjklmnpqrstvwxz2456789]{5}",
    "text": ".*?",
    "vip": r"10\.96\.\d{1,3}\.\d{1,3}",
    "word": r"\S+",
    "worker": "kind-worker2?",
    "workerip": r"172\.18\.0\.[23]",
}


def expression(text):
    """The regular expression for one line or cell."""
    parts = re.split(r"<(%s)>" % "|".join(PLACEHOLDERS), text)
    return "".join(PLACEHOLDERS[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))


def cells(line):
    return re.split(r" {2,}", line.strip())


def is_header(line):
    return bool(re.match(r"[A-Z][A-Z()/ -]+$", line)) and "  " in line


def table_error(wanted, lines):
    """What is wrong with one table, or None."""
    starts, at = [], 0
    for name in cells(wanted[0]):
        at = lines[0].find(name, at) if lines else -1
        if at < 0:
            return f"no column {name}"
        starts.append(at)
        at += len(name)
    rows = [[line[a:b].rstrip() for a, b in zip(starts, starts[1:] + [None])] for line in lines]
    rows[0] = [" ".join(cell.split("   ")) for cell in rows[0]]
    widths = [max(6, max(len(row[at]) for row in rows) + 3) for at in range(len(starts))]
    for line, row in zip(lines, rows):
        if line != "".join(cell.ljust(width) for cell, width in zip(row, widths[:-1])) + row[-1]:
            return f"spacing: {line!r}"
    return sequence_error(wanted, rows, lambda line, row: row_matches(cells(line), row))


def row_matches(wanted, row):
    return len(wanted) == len(row) and all(re.fullmatch(expression(w), cell) for w, cell in zip(wanted, row))


def line_matches(wanted, line):
    if wanted.endswith(" (re)"):
        return re.search(wanted[: -len(" (re)")], line)
    indent, rest = re.match(r"( *)(.*)", wanted).groups()
    return re.fullmatch(indent + " {2,}".join(expression(part) for part in re.split(r" {2,}", rest)), line.rstrip())


def sequence_error(wanted, lines, matches):
    """Compares in order; `...` skips, backtracking where it must."""
    if not wanted:
        return f"more than wanted: {lines[0]!r}" if lines else None
    if wanted[0] == "...":
        if not wanted[1:]:
            return None
        starts = [skip for skip, line in enumerate(lines) if wanted[1] == "..." or matches(wanted[1], line)]
        errors = [sequence_error(wanted[1:], lines[skip:], matches) for skip in starts]
        return None if None in errors else (errors or [f"missing: {wanted[1]!r}"])[-1]
    if not lines:
        return f"missing: {wanted[0]!r}"
    if not matches(wanted[0], lines[0]):
        return f"wanted {wanted[0]!r}, got {lines[0]!r}"
    return sequence_error(wanted[1:], lines[1:], matches)


def output_error(wanted, output):
    lines = output.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not (wanted and is_header(wanted[0])):
        return sequence_error(wanted, lines, line_matches)
    blocks = [block.split("\n") for block in "\n".join(wanted).split("\n\n")]
    found = [block.split("\n") for block in "\n".join(lines).split("\n\n")]
    if len(blocks) != len(found):
        return f"{len(blocks)} tables wanted, {len(found)} printed"
    return next(filter(None, (table_error(*pair) for pair in zip(blocks, found))), None)


class Session:
    def __init__(self, kubectl, lab):
        self.lab, self.failures, self.count, self.slowest = lab, [], 0, (0.0, "")
        self.home = tempfile.mkdtemp(prefix="netlab-clients.")
        self.environment = dict(
            os.environ,
            HOME=self.home,
            KUBECONFIG=os.path.join(self.home, "config"),
            KUBE_EDITOR="sed -i s/replicas:.*/replicas:\\ 1/",
            NO_COLOR="1",
            LAB=lab,
            PATH=os.path.join(self.home, "bin") + ":" + os.environ["PATH"],
        )
        os.mkdir(os.path.join(self.home, "bin"))
        os.symlink(os.path.abspath(kubectl), os.path.join(self.home, "bin", "kubectl"))
        for name in os.listdir(os.path.join(here, "manifests")):
            shutil.copy(os.path.join(here, "manifests", name), self.home)
        config = subprocess.run(
            [os.environ["NETLAB_BINARY"], "kubeconfig", lab], check=True, capture_output=True, text=True
        )
        with open(self.environment["KUBECONFIG"], "w") as file:
            os.chmod(self.environment["KUBECONFIG"], 0o600)
            file.write(config.stdout)
        version = json.loads(self.run("kubectl version --client -o json"))["clientVersion"]
        self.minor, self.label = int(re.sub(r"\D", "", version["minor"])), version["gitVersion"]

    def fits(self, number):
        """Whether this kubectl is of that version or later; of that or earlier when the number is negative."""
        number = int(number or 0)
        return self.minor >= number if number >= 0 else self.minor <= -number

    def failed(self, words, reason, output):
        self.failures.append(words)
        print(f"FAILED: {words}\n  {reason}\n  " + output.rstrip("\n").replace("\n", "\n  "), flush=True)

    def execute(self, words, stdin=None, limit=40):
        """The exit code and the output, standard error after it."""
        self.count += 1
        begun = time.monotonic()
        process = subprocess.Popen(
            ["bash", "-c", "set -o pipefail; " + words],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(stdin, timeout=limit)
            ended = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            output, errors = process.communicate()
            ended = "time-out"
        self.slowest = max(self.slowest, (time.monotonic() - begun, words))
        return ended, re.sub("\x1b\\[[0-9;]*m", "", output + errors)

    def run(self, words, code=0, expected=(), stdin=None, limit=40):
        """One command whose output must match some expressions, in any order; its output."""
        ended, output = self.execute(words, stdin, limit)
        missing = [text for text in expected if not re.search(text, output, re.M)]
        if ended != code or missing:
            self.failed(words, f"exit {ended}, wanted {code}; missing {missing}", output)
        return output

    def transcript(self, name):
        with open(os.path.join(here, "golden", name + ".txt")) as file:
            text = file.read()
        text = re.sub(r"^#.*\n", "", text, flags=re.M)
        for number, words, body in re.findall(r"^\$(-?\d*) (.*)\n((?:(?!\$-?\d* ).*\n?)*)", text, re.M):
            if not self.fits(number):
                continue
            wanted, code = [], 0
            for line in body.rstrip("\n").split("\n") if body.strip() else []:
                gate = re.match(r"\{(-?\d+)\}(.*)", line)
                if gate and not self.fits(gate.group(1)):
                    continue
                line = gate.group(2) if gate else line
                if re.fullmatch(r"\[\d+\]", line):
                    code = int(line[1:-1])
                else:
                    wanted.append(line.replace("<lab>", self.lab))
            ended, output = self.execute(words)
            error = output_error(wanted, output)
            if ended != code or error:
                self.failed(words, f"exit {ended}, wanted {code}; {error}" if ended != code else error, output)

    def terminal(self, words, code=0, expected=(), steps=(), size=(41, 101), limit=40):
        """One command on a terminal of that many rows and columns. A step: text to wait for, and what to type then."""
        self.count += 1
        child, master = pty.fork()
        if child == 0:
            os.chdir(self.home)
            os.execve("/bin/bash", ["bash", "-c", "read -r && exec " + words], dict(self.environment, TERM="xterm"))
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        os.write(master, b"\n")
        output, seen, left, end = "", 0, list(steps), time.monotonic() + limit
        while time.monotonic() < end:
            if left and re.search(left[0][0], output[seen:]):
                seen = len(output)
                os.write(master, left.pop(0)[1].encode())
            if select.select([master], [], [], 0.1)[0]:
                try:
                    chunk = os.read(master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                output += chunk.decode(errors="replace")
        else:
            os.kill(child, 9)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(master)
        missing = [text for text in expected if not re.search(text, output, re.M)]
        if ended != code or missing or left:
            self.failed(words, f"exit {ended}, wanted {code}; missing {missing}; never came: {left}", output)
        return output

    def end(self):
        took, words = self.slowest
        print(
            f"kubectl {self.label}: {self.count} commands, {len(self.failures)} failed; "
            f"the slowest took {took:.1f} s: {words[:60]}"
        )
        shutil.rmtree(self.home)
        return 1 if self.failures else 0
