"""200 deployments of 5 pods each through the API, with 500 watches open: times, memory and latencies, printed.

usage: load.py LAB-NAME [DEPLOYMENTS [REPLICAS [WATCHES]]]
"""

import base64
import http.client
import json
import os
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

lab = sys.argv[1]
deployments, replicas, watches = (int(word) for word in (sys.argv[2:5] + ["200", "5", "500"][len(sys.argv) - 2 :]))
netlab = os.environ["NETLAB_BINARY"]
text = subprocess.run([netlab, "kubeconfig", lab], check=True, capture_output=True, text=True).stdout
host, port = re.search(r"server: https://([\d.]+):(\d+)", text).groups()
context = ssl.create_default_context()
with tempfile.TemporaryDirectory() as directory:
    for part in ("certificate-authority", "client-certificate", "client-key"):
        with open(os.path.join(directory, part), "wb") as file:
            file.write(base64.b64decode(re.search(rf"{part}-data: (\S+)", text).group(1)))
    context.load_verify_locations(os.path.join(directory, "certificate-authority"))
    context.load_cert_chain(os.path.join(directory, "client-certificate"), os.path.join(directory, "client-key"))


def connection():
    return http.client.HTTPSConnection(host, int(port), context=context, timeout=300)


mine = connection()


def ask(method, path, body=None, kind="application/json"):
    mine.request(method, path, body and json.dumps(body), {"Content-Type": kind})
    answer = mine.getresponse()
    data = answer.read()
    if answer.status >= 300:
        sys.exit(f"FAILED: {method} {path}: {answer.status} {data[:300]}")
    return json.loads(data)


def memory():
    pid = json.load(open(f"/run/netlab/{lab}/lab.json"))["daemon"]["pid"]
    status = open(f"/proc/{pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def pods(ready):
    items = ask("GET", "/api/v1/namespaces/default/pods?labelSelector=load")["items"]
    if not ready:
        return len(items)
    return sum(
        any(c["type"] == "Ready" and c["status"] == "True" for c in p["status"].get("conditions", [])) for p in items
    )


def wait(wanted, ready=True, limit=280):
    begun = time.monotonic()
    while pods(ready) != wanted:
        if time.monotonic() - begun > limit:
            sys.exit(f"FAILED: {pods(ready)} pods after {limit} s, wanted {wanted}")
        time.sleep(0.25)


before = memory()
seen = [0] * watches
ended = threading.Event()


def follow(index):
    own = connection()
    own.request("GET", "/api/v1/namespaces/default/pods?watch=true&labelSelector=load&timeoutSeconds=900")
    answer = own.getresponse()
    try:
        while not ended.is_set() and answer.readline():
            seen[index] += 1
    except OSError:
        pass


threads = [threading.Thread(target=follow, args=(index,), daemon=True) for index in range(watches)]
for thread in threads:
    thread.start()
time.sleep(1)

labels = {"load": "yes"}
begun = time.monotonic()
for number in range(deployments):
    name = f"load-{number}"
    ask(
        "POST",
        "/apis/apps/v1/namespaces/default/deployments",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "labels": labels},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name, **labels}},
                    "spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "a", "image": "pause"}]},
                },
            },
        },
    )
created = time.monotonic() - begun
wait(deployments * replicas)
ready = time.monotonic() - begun
lists = []
for _ in range(20):
    at = time.monotonic()
    ask("GET", "/api/v1/pods?limit=500")
    lists.append((time.monotonic() - at) * 1000)
peak = memory()

# A service whose pods come and go: how long until the proxy's table has it.
ask(
    "POST",
    "/api/v1/namespaces/default/services",
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "load-0"},
        "spec": {"selector": {"app": "load-0"}, "ports": [{"port": 80}]},
    },
)
follows = []
for count in (1, replicas) * 5:
    ask(
        "PATCH",
        "/apis/apps/v1/namespaces/default/deployments/load-0/scale",
        {"spec": {"replicas": count}},
        "application/merge-patch+json",
    )
    while True:
        slices = ask(
            "GET",
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
            "?labelSelector=kubernetes.io/service-name%3Dload-0",
        )["items"]
        endpoints = [e for s in slices for e in s.get("endpoints") or [] if e["conditions"].get("ready")]
        at = time.monotonic()
        if len(endpoints) == count:
            break
        time.sleep(0.01)
    while True:
        table = json.loads(
            subprocess.run([netlab, "services", "-l", lab, "--json"], capture_output=True, text=True).stdout
        )
        entry = next((e for e in table["entries"] if e["service"] == "load-0"), None)
        if entry and sum(b["state"] == "active" for b in entry["backends"]) == count:
            break
    follows.append((time.monotonic() - at) * 1000)

begun = time.monotonic()
for number in range(deployments):
    ask(
        "PATCH",
        f"/apis/apps/v1/namespaces/default/deployments/load-{number}/scale",
        {"spec": {"replicas": 1}},
        "application/merge-patch+json",
    )
wait(deployments, ready=False)
scaled = time.monotonic() - begun
begun = time.monotonic()
ask("DELETE", "/apis/apps/v1/namespaces/default/deployments?labelSelector=load")
wait(0, ready=False)
deleted = time.monotonic() - begun
time.sleep(1)
ended.set()
alive = sum(thread.is_alive() for thread in threads)
print(
    f"{deployments} x {replicas} pods, {watches} watches: accepted in {created:.1f} s, ready in {ready:.1f} s, "
    f"scaled down in {scaled:.1f} s, deleted in {deleted:.1f} s"
)
print(f"  daemon {before:.0f} MiB before, {peak:.0f} MiB with all pods, {memory():.0f} MiB at the end")
print(f"  list of 500 pods: median {statistics.median(lists):.0f} ms, longest {max(lists):.0f} ms")
print(
    f"  proxy's table behind the endpoints, the asking process included: median {statistics.median(follows):.0f} ms, "
    f"longest {max(follows):.0f} ms"
)
print(f"  watches: {alive} of {watches} open at the end, each told of {min(seen)} to {max(seen)} events")
if min(seen) != max(seen):
    sys.exit("FAILED: not every watch was told the same")
