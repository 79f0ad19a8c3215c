"""Sends a lab's API what no client sends, and looks whether the daemon is the same afterwards.

usage: fuzz.py LAB-NAME [--seconds 20] [--count 0] [--seed N] [--first 0] [--threads 4] [--verbose]

Damaged bodies (JSON, YAML, protobuf, patches), paths, queries, headers, upgrades with noise behind them, requests in a
row, cut short, or slow. A case depends on the seed and its number alone: `--seed S --first N --count 1` repeats one.
Exit 1 when the daemon ended, an answer was 500 or the like, a whole request had none in time, or memory ran away.
501 and 503 are answers that a server may give: not implemented, too busy. So is the 500 that Kubernetes gives to an
applied object with fields its kind does not have.
"""

import argparse
import base64
import collections
import itertools
import json
import os
import random
import re
import socket
import ssl
import sys
import threading
import time

sys.dont_write_bytecode = True

import hostile  # noqa: E402
from connection import Lab, ask  # noqa: E402
from hostile import ACCEPTS, API, BASES, COLLECTIONS, POSTS, READ, noise, scrambled  # noqa: E402

ANSWER = 10  # seconds for the head of an answer to a whole request
GROWTH = 300  # MiB that the daemon may have gained at the end

parser = argparse.ArgumentParser(prog="fuzz.py")
parser.add_argument("lab")
parser.add_argument("--seconds", type=float, default=20)
parser.add_argument("--count", type=int, default=0, help="no limit when 0")
parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
parser.add_argument("--first", type=int, default=0)
parser.add_argument("--threads", type=int, default=4)
parser.add_argument("--verbose", action="store_true")
options = parser.parse_args()
sys.setrecursionlimit(20000)  # JSON that is nested deeply is written by recursion.
threading.stack_size(64 << 20)
lab = Lab(options.lab)
lock = threading.Lock()
numbers = itertools.count(options.first)
counts, findings, slowest = collections.Counter(), [], (0.0, "none")


def head(method, target, headers):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {lab.address[0]}"] + [f"{a}: {b}" for a, b in headers]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"


def whole(method, target, data=b"", kind="application/json", headers=()):
    extra = [("Content-Type", kind)] if data and kind else []
    return head(method, target, [*extra, ("Content-Length", str(len(data))), *headers]) + data


class Reader:
    """The answers on one connection."""

    def __init__(self, connection):
        self.connection, self.data = connection, b""

    def more(self, deadline):
        self.connection.settimeout(max(0.01, deadline - time.monotonic()))
        chunk = self.connection.recv(65536)
        self.data += chunk
        return chunk

    def status(self, limit=ANSWER, empty=False):
        """The next head's status; `closed` when there is none to come. The answer to HEAD is empty."""
        deadline = time.monotonic() + limit
        while b"\r\n\r\n" not in self.data:
            if not self.more(deadline):
                return "closed"
        top, _, self.data = self.data.partition(b"\r\n\r\n")
        length = None if empty else re.search(rb"(?i)\r\ncontent-length: *(\d+)", top)
        while length and len(self.data) < int(length[1]):
            if not self.more(deadline):
                return "cut"
        body = self.data[: int(length[1])] if length else b""
        self.data = self.data[len(body) :]
        # The API server's own 500: an applied object that its kind's schema does not have.
        return "untyped" if b'"failed to create typed patch object' in body else int(top.split()[1])


def exchange(data, limit=ANSWER):
    with lab.open(limit) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionError, ssl.SSLError):
            pass  # An answer may have come before all of it was read.
        return [Reader(connection).status(limit, empty=data.startswith(b"HEAD "))]


def bodies(rng, name):
    resource, kind, data = hostile.body(rng, name)
    collection = next(c for c in COLLECTIONS if c.endswith("/" + resource))
    method = rng.choice(("POST", "POST", "PUT", "DELETE"))
    target = collection + ("" if method == "POST" else "/" + name)
    if rng.random() < 0.1:
        method, target = "POST", rng.choice(POSTS).format(pod=pod)
    return exchange(whole(method, target + "?" + hostile.query(rng) * (rng.random() < 0.2), data, kind))


def patches(rng, name):
    kind, data = hostile.patch(rng, name)
    target = rng.choice(COLLECTIONS) + "/" + rng.choice((name, "steady", "steady"))
    target += rng.choice(("", "", "", "/status", "/scale"))
    target += rng.choice(("", "?fieldManager=f&force=true", "?dryRun=All"))
    return exchange(whole("PATCH", target, data, kind))


def readings(rng, name):
    method = rng.choice(("GET", "GET", "GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "get", "\x01", "CONNECT", "PRI"))
    target = hostile.path(rng, name)
    if method == "DELETE" and "/fuzz/" not in target:
        method = "GET"
    target += ("&" if "?" in target else "?") + hostile.query(rng)
    return exchange(whole(method, target, headers=[("Accept", rng.choice(ACCEPTS))]))


def watches(rng, name):
    target = rng.choice(READ[: len(COLLECTIONS) + 7]) + "?watch=true&" + hostile.query(rng)
    with lab.open(ANSWER) as connection:
        connection.sendall(whole("GET", target, headers=[("Accept", rng.choice(ACCEPTS))]))
        reader = Reader(connection)
        status = reader.status()
        deadline = time.monotonic() + rng.choice((0, 0.1, 0.5))
        try:
            while time.monotonic() < deadline and reader.more(deadline):
                pass
        except TimeoutError:
            pass
        return [status]


def headings(rng, name):
    lines = [
        ("X-" + "a" * rng.choice((1, 70000)), "b"),
        ("Content-Length", rng.choice(("-1", "x", "99999999999999999999", "1, 2", "+5", "0x10"))),
        ("Transfer-Encoding", rng.choice(("chunked", "gzip, chunked", "chunked, chunked", "x"))),
        ("Authorization", rng.choice(("Bearer x", "Basic x", "\0"))),
        ("Connection", rng.choice(("close", "upgrade", "keep-alive, x"))),
        ("Expect", rng.choice(("100-continue", "x"))),
        ("Accept-Encoding", rng.choice(("gzip", "br;q=x"))),
        ("Accept", ",".join(ACCEPTS * 50)),
        ("Host", rng.choice(("", "a b", "x" * 5000))),
        ("bad name", "x"),
        ("", ""),
        ("Impersonate-User", "somebody"),
        ("Range", "bytes=0-0,-1"),
    ]
    chosen = rng.sample(lines, rng.choice((1, 2, 4))) * rng.choice((1, 1, 200))
    data = head(rng.choice(("GET", "POST")), rng.choice(READ), chosen)
    if rng.random() < 0.3:
        data = scrambled(rng, data)
    if rng.random() < 0.3:
        chunks = (b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"5;a=b\r\nhel", b"-1\r\n\r\n")
        data += rng.choice((*chunks, noise(rng)))
    # Whoever announces a body and sends none is waited for, as every server does; so this is no whole request.
    return partial(data)


def partial(data, limit=0.5):
    """What is sent when the server may rightly wait for more: an answer counts, silence does not."""
    with lab.open(ANSWER) as connection:
        try:
            connection.sendall(data)
            return [Reader(connection).status(limit)]
        except TimeoutError:
            return ["waited"]
        except (ConnectionError, ssl.SSLError):
            return ["closed"]


def cuts(rng, name):
    resource, kind, data = hostile.body(rng, name)
    data = whole("POST", next(c for c in COLLECTIONS if c.endswith("/" + resource)), data, kind)
    return partial(data[: rng.randrange(len(data))], rng.choice((0.05, 0.3)))


def rows(rng, name):
    """Requests in a row, without waiting."""
    count = rng.choice((2, 10, 50))
    with lab.open(ANSWER) as connection:
        connection.sendall(b"".join(whole("GET", rng.choice(READ[:20])) for _ in range(count)))
        reader, statuses = Reader(connection), []
        while len(statuses) < count and (not statuses or isinstance(statuses[-1], int)):
            statuses.append(reader.status())
        return statuses


def slow(rng, name):
    data = whole("POST", API + "configmaps", json.dumps(dict(BASES["configmaps"], metadata={"name": name})).encode())
    at = data.index(b"\r\n\r\n") + 4 if rng.random() < 0.5 else 0
    with lab.open(ANSWER) as connection:
        connection.sendall(data[:at])
        step = max(1, (len(data) - at) // 20)
        for start in range(at, len(data), step):
            connection.sendall(data[start : start + step])
            time.sleep(0.03)
        return [Reader(connection).status()]


def upgrades(rng, name):
    what = rng.choice(("exec", "attach", "portforward"))
    target = f"{API}pods/{rng.choice((pod, pod, pod, 'nobody'))}/{what}?"
    target += rng.choice(
        ("command=cat&stdin=true&stdout=true", "command=sh&stdin=true&stdout=true&tty=true", "stdin=true&stdout=true",
         "ports=80", "ports=x", "ports=70000", "", "command=" + "a" * 5000, hostile.query(rng))
    )  # fmt: skip
    if rng.random() < 0.5:
        protocol = rng.choice(("v5.channel.k8s.io", "v4.channel.k8s.io", "SPDY/3.1+portforward.k8s.io", "x", ""))
        headers = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", rng.choice(("13", "13", "8"))),
            ("Sec-WebSocket-Key", rng.choice((base64.b64encode(rng.randbytes(16)).decode(), "x", ""))),
            ("Sec-WebSocket-Protocol", protocol),
        ]
        method, make = "GET", hostile.frame
    else:
        protocol = rng.choice(("v4.channel.k8s.io", "portforward.k8s.io", "x"))
        headers = [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", protocol)]
        method, make = "POST", hostile.spdy
    connection = lab.open(ANSWER)
    try:
        connection.sendall(head(method, target, rng.sample(headers, len(headers) - (rng.random() < 0.2))))
        status = Reader(connection).status()
        if status == 101:
            for _ in range(rng.choice((0, 1, 5, 50))):
                connection.sendall(make(rng) if rng.random() < 0.8 else noise(rng))
            if rng.random() < 0.3:
                socket.socket.shutdown(connection, socket.SHUT_WR)
            if rng.random() < 0.2 and len(held) < 40:
                held.append(connection)
                connection = None
        return [status]
    finally:
        if connection:
            connection.close()


def plain(rng, name):
    """No TLS, or half of it."""
    with socket.create_connection(lab.address, timeout=0.3) as connection:
        try:
            hello = b"\x16\x03\x01\x02\x00\x01\x00"
            connection.sendall(rng.choice((b"GET / HTTP/1.1\r\n\r\n", hello, noise(rng), b"")))
            connection.recv(100)
        except OSError:
            pass
    return ["plain"]


CASES = [bodies] * 6 + [patches] * 4 + [readings] * 4 + [watches] * 2 + [headings] * 2 + [upgrades] * 3
CASES += [cuts, rows, slow, plain]


def work(end):
    global slowest
    while True:
        with lock:
            number = next(numbers)
        if time.monotonic() > end or options.count and number >= options.first + options.count:
            return
        rng = random.Random(f"{options.seed}/{number}")
        case, at = rng.choice(CASES), time.monotonic()
        try:
            statuses = case(rng, f"fuzz-{number % 50}")
        except TimeoutError:
            statuses = ["hung"]
        except OSError as error:
            statuses = ["refused" if isinstance(error, ConnectionRefusedError) else "closed"]
        except Exception as error:
            statuses = []
            findings.append(f"{case.__name__} {number} itself failed: {error!r}"[:200])
        with lock:
            slowest = max(slowest, (time.monotonic() - at, f"{case.__name__} {number}"))
            for status in statuses:
                counts[f"{status // 100}xx" if isinstance(status, int) else status] += 1
                bad = status in ("hung", "refused") or isinstance(status, int) and status // 100 == 5
                if bad and status not in (501, 503):
                    findings.append(f"{case.__name__}: {status}: --seed {options.seed} --first {number} --count 1")
                if options.verbose:
                    print(number, case.__name__, status)


def prepare():
    """What the cases aim at; they also delete it."""
    client = lab.client(30)
    ask(client, "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "fuzz"}})
    for resource in ("configmaps", "services", "deployments", "pods"):
        collection = next(c for c in COLLECTIONS if c.endswith("/" + resource))
        ask(client, "POST", collection, dict(BASES[resource], metadata={"name": "steady"}))
    client.close()


print(f"fuzz: seed {options.seed}")
held = []
pod = "steady"
prepare()
daemon, before, begun = lab.daemon(), lab.memory(), time.monotonic()
threads = [threading.Thread(target=work, args=(begun + options.seconds,), daemon=True) for _ in range(options.threads)]
for thread in threads:
    thread.start()
while any(thread.is_alive() for thread in threads) and time.monotonic() < begun + options.seconds + 60:
    time.sleep(1)
    try:
        prepare()
    except OSError as error:
        findings.append(f"an honest request failed: {error!r}")
        break
took = time.monotonic() - begun
for connection in held:
    connection.close()
if any(thread.is_alive() for thread in threads):
    findings.append("a case never ended")
if lab.daemon() != daemon or not lab.is_alive(daemon):
    findings.append(f"the daemon is another one: {daemon} before, {lab.daemon()} after")
else:
    fastest = 99.0
    for _ in range(3):
        at = time.monotonic()
        try:
            client = lab.client(5)
            status = ask(client, "GET", "/healthz")[0]
            client.close()
            fastest = min(fastest, time.monotonic() - at) if status == 200 else fastest
        except OSError:
            pass
    if fastest > 1:
        findings.append(f"/healthz took {fastest:.1f} s")
    after = lab.memory()
    if after > before + GROWTH:
        findings.append(f"memory grew from {before:.0f} to {after:.0f} MiB")
    print(f"fuzz: daemon {before:.0f} MiB before, {after:.0f} MiB after; /healthz in {fastest * 1000:.0f} ms")
print(f"fuzz: the slowest case took {slowest[0]:.1f} s: {slowest[1]}")
summary = ", ".join(f"{counts[key]} {key}" for key in sorted(counts))
print(f"fuzz: {sum(counts.values())} answers in {took:.0f} s: {summary}; {len(findings)} findings")
for finding in findings[:50]:
    print(f"FAILED: {finding}")
sys.stdout.flush()
os._exit(1 if findings else 0)
