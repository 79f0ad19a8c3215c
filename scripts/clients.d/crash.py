"""Kills a lab's daemon again and again while objects change, brings it back, and looks for what was lost or made up.

usage: crash.py LAB-DIRECTORY LAB-NAME [ROUNDS [SEED]]

Workers create, patch and delete ConfigMaps and scale a Deployment, each its own. The daemon, and nothing else, is ended
with SIGKILL; `netlab up` resumes the lab. Then what was acknowledged must be there to the letter: contents, uids,
resource versions, deletions. A request that had no answer yet may have happened or not, but never by half. Nothing may
exist that nobody asked for. Exit 1 on loss or invention.
"""

import collections
import http.client
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

from connection import Lab, ask  # noqa: E402

directory, name = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 100
seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
rng = random.Random(seed)
lab = Lab(name)
WORKERS, STILL = 4, 20
MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
MERGE = "application/merge-patch+json"
LOST = (OSError, http.client.HTTPException, ssl.SSLError)
failures = []
counts = collections.Counter()
lock = threading.Lock()
turn = 0


def fail(text):
    failures.append(text)
    print(f"FAILED: after kill {turn + 1}: {text[:600]}", flush=True)


class Known:
    """What is known of one object: the last acknowledged state, and what an unanswered request may have made of it."""

    def __init__(self):
        self.document = None  # As the API answered; None when it does not exist.
        self.open = False  # A request is under way.
        self.target = None  # The data that it would leave, None for a deletion.


def content(document):
    return None if document is None else document.get("data")


def step(client, own, key, known, number):
    """One change of one ConfigMap. True when it was acknowledged."""
    data = {"n": str(number), "long": f"{number} " * own.choice((1, 100, 3000))}
    document = known.document
    if document is None:
        method, path, body, known.target = "POST", MAPS, {"metadata": {"name": key, "labels": {"crash": "yes"}}}, data
        body["data"] = data
    elif own.random() < 0.3:
        method, path, body, known.target = "DELETE", f"{MAPS}/{key}", None, None
    else:
        known.target = {**document["data"], **data}
        method, path, body = "PATCH", f"{MAPS}/{key}", {"data": data}
    known.open = True
    status, answer = ask(client, method, path, body, MERGE if method == "PATCH" else "application/json")
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {answer}")
    known.document, known.open = None if method == "DELETE" else answer, False
    with lock:
        counts[method] += 1


def change(worker, seed, names, ended):
    own, number = random.Random(seed), 0
    try:
        client = lab.client(20)
        while not ended.is_set():
            key = own.choice(list(names))
            number += 1
            step(client, own, key, names[key], f"{seed}.{number}")
    except LOST:
        pass
    except RuntimeError as error:
        fail(str(error))


def scale(seed, known, ended):
    own = random.Random(seed)
    try:
        client = lab.client(20)
        while not ended.is_set():
            known.target, known.open = own.randrange(4), True
            body = {"spec": {"replicas": known.target}}
            status, answer = ask(client, "PATCH", f"{DEPLOYMENTS}/crash/scale", body, MERGE)
            if status >= 300:
                fail(f"scale: {status} {answer}")
                return
            known.document, known.open = answer["spec"]["replicas"], False
            with lock:
                counts["scale"] += 1
            time.sleep(own.random() / 20)
    except LOST:
        pass


def kill():
    """The daemon alone, and only if the number is still its own."""
    pid, started = daemon = lab.daemon()
    if not lab.is_alive(daemon):
        fail(f"the daemon {pid} had ended by itself")
        return
    os.kill(pid, signal.SIGKILL)
    while lab.is_alive(daemon):
        time.sleep(0.005)


def resume():
    begun = time.monotonic()
    done = subprocess.run(
        [os.environ["NETLAB_BINARY"], "up", directory, "--name", name, "--quiet"],
        capture_output=True,
        text=True,
        timeout=180,
    )
    if done.returncode:
        fail(f"netlab up ended with {done.returncode}: {done.stdout}{done.stderr}")
        sys.exit(1)
    if Lab(name).address != lab.address:
        fail(f"the port changed: {lab.address} before, {Lab(name).address} after")
        sys.exit(1)
    return time.monotonic() - begun


def items(client, path):
    status, answer = ask(client, "GET", path)
    if status != 200:
        fail(f"GET {path}: {status} {answer}")
        sys.exit(1)
    return {item["metadata"]["name"]: item for item in answer["items"]}


def compare(key, known, found):
    """One ConfigMap against what is known of it; what is found is known from now on."""
    if known.open:
        allowed = (content(known.document), known.target)
        if content(found) not in allowed:
            fail(f"{key}: neither before nor after an unanswered request: {found}, was {known.document}")
        counts["open, made" if content(found) == known.target else "open, not made"] += 1
        was = known.document
        if found and was and known.target is not None and found["metadata"]["uid"] != was["metadata"]["uid"]:
            fail(f"{key}: another uid: {found['metadata']}, was {was['metadata']}")
    elif stripped(found) != stripped(known.document):
        fail(f"{key}: acknowledged {known.document}, found {found}")
    known.document, known.open = found, False


def stripped(document):
    """Lists leave kind and version out."""
    return document and {key: value for key, value in document.items() if key not in ("kind", "apiVersion")}


def identities(client):
    """uid and version of what nobody touches; of what has a status of its own, the uid."""
    found = {}
    for path in (MAPS + "?labelSelector=still", "/api/v1/namespaces", "/api/v1/nodes", "/api/v1/services"):
        for key, item in items(client, path).items():
            version = item["metadata"]["resourceVersion"] if path.startswith(MAPS) else ""
            found[f"{path} {key}"] = (item["metadata"]["uid"], version)
    found["deployments"] = {key: item["metadata"]["uid"] for key, item in items(client, DEPLOYMENTS).items()}
    return found


client = lab.client(20)
ask(client, "DELETE", MAPS + "?labelSelector=crash")
ask(client, "DELETE", f"{DEPLOYMENTS}/crash", {"propagationPolicy": "Foreground"})
while "crash" in items(client, DEPLOYMENTS):
    time.sleep(0.1)
for number in range(STILL):
    body = {"metadata": {"name": f"still-{number}", "labels": {"still": "yes"}}, "data": {"a": str(number)}}
    ask(client, "POST", MAPS, body)
labels = {"app": "crash"}
pods = {"terminationGracePeriodSeconds": 0, "containers": [{"name": "a", "image": "pause"}]}
template = {"metadata": {"labels": labels}, "spec": pods}
spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
body = {"metadata": {"name": "crash"}, "spec": spec}
ask(client, "POST", DEPLOYMENTS, body)
others = {key for key in items(client, MAPS) if not key.startswith("crash-")}
replicas = Known()
replicas.document = 1
workers = [{f"crash-{worker}-{number}": Known() for number in range(6)} for worker in range(WORKERS)]
still = identities(client)
client.close()
print(f"crash: seed {seed}", flush=True)
longest = 0.0
for turn in range(rounds):
    ended = threading.Event()
    threads = [
        threading.Thread(target=change, args=(worker, f"{seed}/{turn}/{worker}", names, ended))
        for worker, names in enumerate(workers)
    ] + [threading.Thread(target=scale, args=(f"{seed}/{turn}/scale", replicas, ended))]
    for thread in threads:
        thread.start()
    time.sleep(0.05 + rng.random() * 0.5)
    kill()
    ended.set()
    for thread in threads:
        thread.join(60)
        if thread.is_alive():
            fail("a request had no end after the daemon's")
            sys.exit(1)
    longest = max(longest, resume())
    client = lab.client(20)
    maps = items(client, MAPS)
    for names in workers:
        for key, known in names.items():
            compare(key, known, maps.pop(key, None))
    if set(maps) != others:
        fail(f"ConfigMaps: made up {sorted(set(maps) - others)}, lost {sorted(others - set(maps))}")
    now = identities(client)
    for key in sorted(set(still) | set(now)):
        if still.get(key) != now.get(key):
            fail(f"{key}: was {still.get(key)}, is {now.get(key)}")
    count = items(client, DEPLOYMENTS)["crash"]["spec"]["replicas"]
    if count != replicas.document and not (replicas.open and count == replicas.target):
        fail(f"replicas: acknowledged {replicas.document}, open {replicas.open and replicas.target}, found {count}")
    replicas.document, replicas.open = count, False
    client.close()
    if len(failures) > 20:
        break

# The controllers go on from where they were.
client = lab.client(20)
ask(client, "PATCH", f"{DEPLOYMENTS}/crash/scale", {"spec": {"replicas": 3}}, MERGE)
end = time.monotonic() + 60
while items(client, DEPLOYMENTS)["crash"]["status"].get("readyReplicas") != 3:
    if time.monotonic() > end:
        fail(f"never ready: {items(client, DEPLOYMENTS)['crash']['status']}")
        break
    time.sleep(0.1)
running = [key for key in items(client, "/api/v1/namespaces/default/pods?labelSelector=app%3Dcrash")]
if len(running) != 3:
    fail(f"3 pods wanted, there are {running}")
client.close()
summary = ", ".join(f"{counts[key]} {key}" for key in sorted(counts))
print(f"crash: {turn + 1} kills, {summary}; {longest:.1f} s the longest way back; {len(failures)} lost or made up")
sys.exit(1 if failures else 0)
