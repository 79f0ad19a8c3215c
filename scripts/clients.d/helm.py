"""Installs, upgrades, rolls back and uninstalls a chart with one Helm, and looks at what comes of it.

usage: helm.py HELM CHART LAB-NAME
"""

import os
import re
import subprocess
import sys
import tempfile

helm, chart, lab = sys.argv[1:4]
netlab = os.environ["NETLAB_BINARY"]
home = tempfile.mkdtemp(prefix="netlab-clients.")
config = os.path.join(home, "config")
with open(config, "w") as file:
    os.chmod(config, 0o600)
    file.write(subprocess.run([netlab, "kubeconfig", lab], check=True, capture_output=True, text=True).stdout)
environment = dict(os.environ, HOME=home, KUBECONFIG=config, NETLAB_LAB=lab)
failures = count = 0


def run(words, expected=(), code=0):
    global failures, count
    count += 1
    try:
        done = subprocess.run(words, env=environment, text=True, capture_output=True, timeout=90)
        output, ended = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as error:
        output, ended = str(error), "time-out"
    missing = [text for text in expected if not re.search(text, output, re.M)]
    if ended != code or missing:
        failures += 1
        print(f"FAILED: {' '.join(words)}\n  exit {ended}; missing {missing}\n  " + output.replace("\n", "\n  "))


run([helm, "version", "--short"], [r"^v\d"])
run([helm, "install", "first", chart, "--wait", "--timeout", "60s"], [r"^STATUS: deployed$", r"^REVISION: 1$"])
run([netlab, "get", "deployments", "--selector", "app=first"], [r"^first +2/2"])
run([helm, "list"], [r"^first\s+default\s+1\s.*deployed\s+shop-0\.1\.0"])
run([helm, "status", "first"], [r"^STATUS: deployed$"])
run([helm, "get", "values", "first", "--all"], [r"^greeting: hello$"])
run(
    [helm, "upgrade", "first", chart, "--set", "greeting=moin,replicas=1", "--wait", "--timeout", "60s"],
    [r"has been upgraded", r"^REVISION: 2$"],
)
run([netlab, "get", "deployments", "--selector", "app=first"], [r"^first +1/1"])
run([netlab, "get", "cm", "first-settings", "-o", "json"], [r'"greeting" ?: "moin"'])
run([helm, "history", "first"], [r"^2\s.*deployed", r"^1\s.*superseded"])
run([helm, "rollback", "first", "1", "--wait", "--timeout", "60s"], [r"Rollback was a success"])
run([netlab, "get", "cm", "first-settings", "-o", "json"], [r'"greeting" ?: "hello"'])
run([helm, "upgrade", "first", chart, "--install", "--dry-run"], [r"kind: Deployment"])
run([helm, "uninstall", "first", "--wait", "--timeout", "60s"], [r'release "first" uninstalled'])
run([netlab, "get", "all", "--selector", "app=first"], [r"No resources found"])

label = subprocess.run([helm, "version", "--short"], env=environment, text=True, capture_output=True).stdout.strip()
print(f"helm {label}: {count} commands, {failures} failed")
subprocess.run(["rm", "-rf", home])
sys.exit(1 if failures else 0)
