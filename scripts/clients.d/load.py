"""200 deployments of 5 pods each through the API, with 500 watches open: times, memory and latencies, printed.

usage: load.py LAB-NAME [DEPLOYMENTS [REPLICAS [WATCHES]]]

A node takes 110 pods: 1,000 need ten workers.

The watches are a process of their own, watchers.py, so that what is measured is the daemon.
"""

import http.client
import ipaddress
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

import connection

# Seconds that each step may take, and the watches altogether.
LIMIT = 280
WATCH_LIMIT = 1200
PAUSE = 0.25
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
PODS = "/api/v1/namespaces/default/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
MERGE = "application/merge-patch+json"
LABELS = {"load": "yes"}

here = os.path.dirname(os.path.abspath(__file__))
name = sys.argv[1]
deployments, replicas, watches = (int(word) for word in (sys.argv[2:5] + ["200", "5", "500"][len(sys.argv) - 2 :]))
lab = connection.Lab(name)
mine = lab.client(LIMIT)


def ask(method, path, body=None, kind="application/json"):
    status, document = connection.ask(mine, method, path, body, kind)
    if status >= 300:
        sys.exit(f"FAILED: {method} {path}: {status} {str(document)[:300]}")
    return document


def rows(path):
    """The cells of a list as kubectl prints it, without the objects: a small answer even of 1,000 pods."""
    mine.request("GET", f"{path}?labelSelector=load&includeObject=None", headers={"Accept": TABLE})
    answer = mine.getresponse()
    data = answer.read()
    if answer.status != 200:
        sys.exit(f"FAILED: GET {path}: {answer.status} {data[:300]}")
    return [row["cells"] for row in json.loads(data)["rows"] or []]


def wait(what, wanted, count):
    begun = time.monotonic()
    while (now := count()) != wanted:
        if time.monotonic() - begun > LIMIT:
            sys.exit(f"FAILED: {now} {what} after {LIMIT} s, wanted {wanted}")
        time.sleep(PAUSE)


def ready():
    """Ready pods, as the deployments' column READY has them: `4/5`."""
    return sum(int(cells[1].partition("/")[0]) for cells in rows(DEPLOYMENTS))


def pods():
    return len(rows(PODS))


def scale(number, count):
    ask("PATCH", f"{DEPLOYMENTS}/load-{number}/scale", {"spec": {"replicas": count}}, MERGE)


def deployment(number):
    own = f"load-{number}"
    pod = {"terminationGracePeriodSeconds": 0, "containers": [{"name": "a", "image": "pause"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": own, "labels": LABELS},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": own}},
            "template": {"metadata": {"labels": {"app": own, **LABELS}}, "spec": pod},
        },
    }


def table():
    """The addresses behind load-0 in the proxy's table and since when, as `netlab service list --json` has them."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(LIMIT)
        control.connect(f"/run/netlab/{name}/daemon.sock")
        control.sendall(b'{"services":{}}\n')
        with control.makefile("rb") as lines:
            reply = json.loads(lines.readline())["reply"]["_0"]["services"]["table"]
    entries = [entry for entry in reply["entries"] if entry["service"] == "load-0"]
    addresses = {b["address"] for entry in entries for b in entry["backends"] if b["state"] == "active"}
    return addresses, reply.get("changed", 0)


def room():
    """Pods that the workers still take: of a block of addresses four are the node's own or nobody's."""
    workers = {n["metadata"]["name"]: n for n in ask("GET", "/api/v1/nodes")["items"] if not n["spec"].get("taints")}
    total = 0
    for node in ask("GET", "/apis/cilium.io/v2/ciliumnodes")["items"]:
        if node["metadata"]["name"] in workers:
            limit = int(workers[node["metadata"]["name"]]["status"]["allocatable"]["pods"])
            blocks = node["spec"]["ipam"]["podCIDRs"]
            total += min(limit, sum(ipaddress.ip_network(block).num_addresses - 4 for block in blocks))
    return total - sum(pod["spec"].get("nodeName") in workers for pod in ask("GET", "/api/v1/pods")["items"])


class Slices(threading.Thread):
    """A watch on the EndpointSlices of load-0: the ready addresses, and when they were told."""

    def __init__(self):
        super().__init__(daemon=True)
        self.client = lab.client(LIMIT)
        self.client.request("GET", f"{SLICES}?watch=true&labelSelector=kubernetes.io/service-name%3Dload-0")
        self.answer = self.client.getresponse()
        self.told = [(time.time(), set())]

    def run(self):
        known = {}
        while line := self.answer.readline():
            now = time.time()
            event = json.loads(line)
            slice = event["object"]
            endpoints = [] if event["type"] == "DELETED" else slice.get("endpoints") or []
            known[slice["metadata"]["name"]] = {
                address for e in endpoints if e["conditions"].get("ready") for address in e["addresses"]
            }
            self.told.append((now, set().union(*known.values())))


def until(condition):
    """When it first held, asked every 2 ms."""
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT:
        if value := condition():
            return value
        time.sleep(0.002)
    sys.exit(f"FAILED: the proxy's table or the EndpointSlices of load-0 did not follow within {LIMIT} s")


def follow():
    """How long the proxy's table is behind the slices, and behind the request, in ms; ten times."""
    ports = {"selector": {"app": "load-0"}, "ports": [{"port": 80}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "load-0"}, "spec": ports}
    ask("POST", "/api/v1/namespaces/default/services", service)
    slices = Slices()
    slices.start()
    until(lambda: len(table()[0]) == replicas and slices.told[-1][1] == table()[0])
    behind, after = [], []
    for count in (1, replicas) * 5:
        asked = time.time()
        scale(0, count)
        # The proxy says itself when it got its table: asking takes as long as the daemon has other things to do.
        addresses, has = until(lambda: len((now := table())[0]) == count and now)
        told = until(lambda: next((at for at, now in reversed(slices.told) if at > asked and now == addresses), None))
        behind.append((has - told) * 1000)
        after.append((has - asked) * 1000)
    return behind, after


class Watchers:
    def __init__(self):
        command = [sys.executable, os.path.join(here, "watchers.py"), name, str(watches), str(WATCH_LIMIT)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.opened = self.line()

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            sys.exit("FAILED: the watches' process ended")
        return json.loads(text)

    def result(self):
        self.process.stdin.close()
        return self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def times(values, unit="ms", digits=0):
    return f"median {statistics.median(values):.{digits}f} {unit}, longest {max(values):.{digits}f} {unit}"


def timed(body):
    begun = time.monotonic()
    body()
    return (time.monotonic() - begun) * 1000


def history(revision):
    """The events of all pods with the label since then, as one who comes late is told them; None when it is not."""
    client = lab.client(LIMIT)
    # Without specs and status: more than 8 MiB at once the daemon does not send.
    path = f"{PODS}?watch=true&labelSelector=load&timeoutSeconds=2&resourceVersion={revision}"
    client.request("GET", path, headers={"Accept": METADATA})
    try:
        answer = client.getresponse()
        data = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    return data.count(b"\n") if answer.status == 200 and b'"type":"ERROR"' not in data else None


def measure(watchers):
    """Prints as it goes: what is known when a step fails is worth having."""
    if room() < deployments * replicas:
        sys.exit(f"FAILED: the workers take {room()} more pods, wanted {deployments * replicas}")
    looks = [timed(table) for _ in range(10)]
    before = lab.memory()
    start = ask("GET", f"{PODS}?labelSelector=load&limit=1")["metadata"]["resourceVersion"]
    opened = watchers.opened["seconds"]
    print(f"{deployments} x {replicas} pods, {watches} watches, opened in {opened:.1f} s", flush=True)

    begun = time.monotonic()
    for number in range(deployments):
        ask("POST", DEPLOYMENTS, deployment(number))
    created = time.monotonic() - begun
    print(f"  accepted in {created:.1f} s", end="", flush=True)
    wait("ready pods", deployments * replicas, ready)
    print(f", ready in {time.monotonic() - begun:.1f} s", flush=True)
    lists = [timed(lambda: ask("GET", "/api/v1/pods?limit=500")) for _ in range(20)]
    print(f"  list of 500 pods: {times(lists)}", flush=True)
    peak = lab.memory()

    behind, after = follow()
    print(f"  proxy's table after the slices' event: {times(behind, digits=1)}, shortest {min(behind):.1f} ms")
    print(f"    after the request to scale: {times(after)}")
    print(f"    asked over the control socket every 2 ms; one question to the idle lab: {times(looks, digits=1)}")

    begun = time.monotonic()
    for number in range(deployments):
        scale(number, 1)
    wait("pods", deployments, pods)
    print(f"  scaled down to 1 each in {time.monotonic() - begun:.1f} s", end="", flush=True)
    begun = time.monotonic()
    ask("DELETE", f"{DEPLOYMENTS}?labelSelector=load")
    wait("pods", 0, pods)
    print(f", deleted in {time.monotonic() - begun:.1f} s", flush=True)
    ask("DELETE", "/api/v1/namespaces/default/services/load-0")
    print(f"  daemon {before:.0f} MiB before, {peak:.0f} MiB with all pods, {lab.memory():.0f} MiB at the end")
    return start


def judge(result, wanted):
    """Whether all watches are there and were told the same."""
    events = result["events"] or [0]
    known = "unknown" if wanted is None else f"{wanted:,}"
    print(
        f"  watches: {result['open']} of {watches} open at the end, each told of {min(events):,} to {max(events):,} "
        f"events, by the history {known};\n    {result['bytes'] / (1 << 20):,.0f} MiB, the last "
        f"{result['behind']:.1f} s after the end; the reading process computed for {result['processor']:.0f} s"
    )
    problems = [f"{result['ended'].count(how)} watches {how}" for how in sorted(set(result["ended"]))]
    if min(events) != max(events):
        problems.append("not every watch was told the same")
    elif watches and wanted is not None and max(events) != wanted:
        problems.append("the watches were told other than the history")
    if problems:
        sys.exit("FAILED: " + "; ".join(problems))


with Watchers() as watchers:
    start = measure(watchers)
    result = watchers.result()
    judge(result, history(start))
