"""Types the walk-through with a real kubectl: not ready without a CNI, pods on both workers, a service that answers.

usage: tutorial.py KUBECTL LAB-DIRECTORY LAB-NAME
"""

import os
import re
import subprocess
import sys
import tempfile
import time

kubectl, directory, lab = sys.argv[1:4]
netlab = os.environ["NETLAB_BINARY"]
home = tempfile.mkdtemp(prefix="netlab-clients.")
environment = dict(os.environ, HOME=home, KUBECONFIG=os.path.join(home, "config"), NETLAB_LAB=lab)
steps = 0


def run(words, expected=(), tries=1):
    """One step; what it prints must match, after some tries where time is allowed."""
    global steps
    steps += 1
    for attempt in range(tries):
        done = subprocess.run(words, env=environment, text=True, capture_output=True, timeout=60)
        output = done.stdout + done.stderr
        missing = [text for text in expected if not re.search(text, output, re.M)]
        if done.returncode == 0 and not missing:
            return output
        if attempt + 1 < tries:
            time.sleep(0.2)
    sys.exit(f"FAILED: {' '.join(words)}\n  exit {done.returncode}; missing {missing}\n  " + output)


run([netlab, "create", directory, "--name", lab])
with open(environment["KUBECONFIG"], "w") as file:
    os.chmod(environment["KUBECONFIG"], 0o600)
    file.write(subprocess.run([netlab, "kubeconfig", lab], check=True, capture_output=True, text=True).stdout)
nodes = ["kind-control-plane", "kind-worker", "kind-worker2"]
run([kubectl, "get", "nodes"], [rf"^{name} +NotReady +" for name in nodes])
run([kubectl, "describe", "node", "kind-worker"], [r"cni plugin not initialized"])
run([netlab, "cni", "install", lab])
run([kubectl, "wait", "--for=condition=ready", "node", "--all", "--timeout=30s"])
run([kubectl, "get", "nodes"], [rf"^{name} +Ready +" for name in nodes])
run(
    [kubectl, "create", "deployment", "hello-app", "--image=gcr.io/google-samples/hello-app:1.0"],
    [r"hello-app created$"],
)
run([kubectl, "scale", "--replicas=2", "deployment/hello-app"], [r"hello-app scaled$"])
run([kubectl, "rollout", "status", "deployment/hello-app", "--timeout=30s"], [r"successfully rolled out"])
pods = run(
    [kubectl, "get", "pods", "-o", "wide"],
    [rf"^hello-app-\S+ +1/1 +Running +0 +\S+ +10\.0\.\d+\.\d+ +{name} " for name in nodes[1:]],
)
names = set(re.findall(r"^(hello-app-\S+)", pods, re.M))
run(
    [kubectl, "expose", "deployment", "hello-app", "--port=8080", "--target-port=8080"],
    [r"service/hello-app exposed"],
)
service = run(
    [kubectl, "get", "service", "hello-app"], [r"^hello-app +ClusterIP +10\.96\.\d+\.\d+ +<none> +8080/TCP"]
)
address = re.search(r"10\.96\.\d+\.\d+", service).group()
curl = ["curl", "-s", "-m", "2", f"http://{address}:8080"]
run([netlab, "exec", "kind-control-plane", "--", *curl], [r"^Hello, world!$"], tries=25)
answers = set()
for _ in range(40):
    answers |= set(re.findall(r"^Hostname: (\S+)$", run([netlab, "exec", "kind-control-plane", "--", *curl]), re.M))
if answers != names:
    sys.exit(f"FAILED: answers came from {answers}, the pods are {names}")
print(f"tutorial: {steps} steps, answers from {len(answers)} pods")
subprocess.run(["rm", "-rf", home])
