"""Runs a script of commands with one kubectl against a lab, and compares what it prints with what a cluster prints.

usage: kubectl.py KUBECTL LAB-NAME

Each case: the words for kubectl, the exit code, and regular expressions that its output must match, in any order.
What stands in {braces} at a case's end says from which version of kubectl on the case is run.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

kubectl, lab = sys.argv[1], sys.argv[2]
netlab = os.environ["NETLAB_BINARY"]
here = os.path.dirname(os.path.abspath(__file__))
home = tempfile.mkdtemp(prefix="netlab-clients.")
environment = dict(
    os.environ,
    HOME=home,
    KUBECONFIG=os.path.join(home, "config"),
    KUBE_EDITOR="sed -i s/replicas:.*/replicas:\\ 1/",
    NO_COLOR="1",
)
os.mkdir(os.path.join(home, "bin"))
os.symlink(os.path.abspath(kubectl), os.path.join(home, "bin", "kubectl"))
with open(environment["KUBECONFIG"], "w") as file:
    os.chmod(environment["KUBECONFIG"], 0o600)
    file.write(subprocess.run([netlab, "kubeconfig", lab], check=True, capture_output=True, text=True).stdout)

failures = []
count = 0
slowest = (0.0, "")


def run(words, code=0, expected=(), stdin=None, limit=40):
    """One command; its output, standard error included."""
    global count, slowest
    count += 1
    begun = time.monotonic()
    try:
        done = subprocess.run(
            ["bash", "-c", f'set -o pipefail; PATH="{home}/bin:$PATH"; cd "{home}"; ' + words],
            env=environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=limit,
        )
        output, ended = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as error:
        output, ended = f"{error.stdout} {error.stderr}", "time-out"
    slowest = max(slowest, (time.monotonic() - begun, words))
    missing = [text for text in expected if not re.search(text, output, re.M)]
    if ended != code or missing:
        failures.append(words)
        print(f"FAILED: {words}\n  exit {ended}, wanted {code}; missing {missing}\n  " + output.replace("\n", "\n  "))
    return output


version = json.loads(run("kubectl version --client -o json"))["clientVersion"]
minor = int(re.sub(r"\D", "", version["minor"]))
label = version["gitVersion"]


def since(number):
    return minor >= number


def write(name, text):
    with open(os.path.join(home, name), "w") as file:
        file.write(text)


# Cluster, discovery, help.
run("kubectl version", 0, [r"v1\.25\.3"])
run("kubectl cluster-info", 0, [r"is running at.* ?https://127\.0\.0\.1:\d+"])
run("kubectl api-versions", 0, [r"^apps/v1$", r"^cilium\.io/v2$", r"^v1$"])
run("kubectl api-resources", 0, [r"^deployments +deploy +", r"^pods +po +", r"^ciliumnodes +cn,ciliumn +"])
run("kubectl get --raw /healthz", 0, [r"^ok"])
run("kubectl config current-context", 0, [f"^kind-{lab}$"])
run(
    "kubectl get nodes",
    0,
    [r"^NAME +STATUS +ROLES +AGE +VERSION$", r"^kind-control-plane +Ready +control-plane +\S+ +v1\.25\.3$"],
)
run(
    "kubectl get nodes -o wide",
    0,
    [r"INTERNAL-IP +EXTERNAL-IP +OS-IMAGE", r"kind-worker +Ready +<none> .* 172\.18\.0\.2 "],
)
run("kubectl get namespaces", 0, [r"^default +Active +", r"^kube-system +Active +"])
run("kubectl get svc kubernetes", 0, [r"^kubernetes +ClusterIP +10\.96\.0\.1 +<none> +443/TCP +\S+$"])
run("kubectl get endpoints kubernetes", 0, [r"172\.18\.0\.4:6443"])
run("kubectl get ciliumnodes", 0, [r"^NAME +CILIUMINTERNALIP +INTERNALIP +AGE$"])
run("kubectl get nothing", 1, [r"the server doesn't have a resource type \"nothing\""])
run("kubectl get pod nobody", 1, [r'^Error from server \(NotFound\): pods "nobody" not found'])
run("kubectl get statefulsets", 0, [r"No resources found in default namespace\."])
run("kubectl explain deployment.spec.replicas", 0, [r"How many pods are wanted"]) if since(29) else None
run("kubectl auth can-i create pods", 0, [r"^yes$"])
run("kubectl auth can-i --list", 0, [r"\*\.\*"])
run("kubectl auth whoami", 0, [r"kubernetes-admin"]) if since(28) else None

# The tutorial's words.
run("kubectl create namespace shop", 0, [r"^namespace/shop created$"])
run("kubectl config set-context --current --namespace=shop", 0, [r"modified"])
run("kubectl create deployment web --image=hello-app:1.0 --port=8080", 0, [r"^deployment\.apps/web created$"])
run("kubectl create deployment web --image=hello-app:1.0", 1, [r'deployments\.apps "web" already exists'])
run("kubectl scale deployment web --replicas=2", 0, [r"^deployment\.apps/web scaled$"])
run("kubectl rollout status deployment web --timeout=30s", 0, [r'deployment "web" successfully rolled out'])
run(
    "kubectl wait --for=condition=available deployment/web --timeout=20s",
    0,
    [r"^deployment\.apps/web condition met$"],
)
(
    run("kubectl wait --for=jsonpath='{.status.readyReplicas}'=2 deployment/web --timeout=20s", 0, [r"condition met"])
    if since(23)
    else None
)
run("kubectl expose deployment web --name=front", 0, [r"^service/front exposed$"])
run("kubectl get deployment web", 0, [r"^web +2/2 +2 +2 +\S+$"])
run(
    "kubectl get pods -o wide",
    0,
    [
        r"^web-[4-9bcdf]+-[a-z0-9]{5} +1/1 +Running +0 +\S+ +10\.0\.\d+\.\d+ +kind-worker +<none> +<none>$",
        r"kind-worker2",
    ],
)
run(
    "kubectl get all",
    0,
    [r"^pod/web-", r"^service/front +ClusterIP +10\.96\.", r"^deployment\.apps/web +2/2", r"^replicaset\.apps/web-"],
)
run("kubectl get pods -l app=web -o name", 0, [r"^pod/web-"])
run("kubectl get pods -l app=other", 0, [r"No resources found in shop namespace\."])
run("kubectl get pods --field-selector spec.nodeName=kind-worker -o name", 0, [r"^pod/web-"])
run(
    "kubectl get deploy web -o yaml",
    0,
    [r"^kind: Deployment$", r"deployment\.kubernetes\.io/revision: \"1\"", r"progressDeadlineSeconds: 600"],
)
run("kubectl get deploy web -o json", 0, [r'"kind": "Deployment"'])
run("kubectl get deploy web -o jsonpath='{.spec.replicas}'", 0, [r"^2$"])
run("kubectl get deploy -o custom-columns=N:.metadata.name,R:.spec.replicas", 0, [r"^web +2$"])
run("kubectl get deploy -o go-template='{{range .items}}{{.metadata.name}}{{end}}'", 0, [r"^web$"])
run("kubectl get pods --sort-by=.metadata.name", 0, [r"^web-"])
run("kubectl get pods --show-labels", 0, [r"app=web,pod-template-hash="])
run("kubectl get pods -A --chunk-size=1", 0, [r"^shop +web-"])
run("kubectl get endpoints front", 0, [r"^front +10\.0\.\d+\.\d+:8080,10\.0\.\d+\.\d+:8080 "])
run("kubectl get endpointslices", 0, [r"^front-[a-z0-9]{5} +IPv4 +8080 +10\.0\."])
run(
    "kubectl describe deployment web",
    0,
    [r"^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available", r"ScalingReplicaSet", r"NewReplicaSet: +web-"],
)
run(
    "kubectl describe pod -l app=web",
    0,
    [r"^Status: +Running$", r"^Node: +kind-worker2?/172\.18\.", r"Controlled By: +ReplicaSet/web-"],
)
run("kubectl describe svc front", 0, [r"^IP: +10\.96\.", r"^TargetPort: +8080/TCP"])
run("kubectl describe node kind-worker", 0, [r"^Name: +kind-worker$", r"Non-terminated Pods: +\(\d+ in total\)"])
run("kubectl logs deploy/web", 0, [r"Server listening on port 8080"])
run("kubectl logs -l app=web --tail=1 --prefix", 0, [r"^\[pod/web-.*/hello-app\]"])
run("kubectl get events", 0, [r"ScalingReplicaSet +deployment/web"])
run("kubectl events", 0, [r"ScalingReplicaSet"]) if since(26) else None

# Changing.
run("kubectl label deployment web tier=front", 0, [r"^deployment\.apps/web labeled$"])
run("kubectl label deployment web tier-", 0, [r"labeled|unlabeled"])
run("kubectl annotate deployment web kubernetes.io/change-cause=first", 0, [r"annotated"])
run("kubectl set env deployment/web COLOUR=blue", 0, [r"^deployment\.apps/web env updated$"])
run("kubectl rollout status deployment web --timeout=30s", 0, [r"successfully rolled out"])
run("kubectl rollout history deployment web", 0, [r"^REVISION +CHANGE-CAUSE$", r"^2 +first$"])
run("kubectl rollout undo deployment web", 0, [r"^deployment\.apps/web rolled back$"])
run("kubectl rollout status deployment web --timeout=30s", 0, [r"successfully rolled out"])
run("kubectl rollout history deployment web --revision=3", 0, [r"Image:\s+hello-app:1\.0"])
run("kubectl rollout pause deployment web", 0, [r"paused"])
run("kubectl set image deployment/web hello-app=hello-app:2.0", 0, [r"image updated"])
run("kubectl rollout resume deployment web", 0, [r"resumed"])
run("kubectl rollout restart deployment web", 0, [r"restarted"])
run("kubectl rollout status deployment web --timeout=30s", 0, [r"successfully rolled out"])
run('kubectl patch deployment web -p \'{"spec":{"replicas":3}}\'', 0, [r"^deployment\.apps/web patched$"])
run('kubectl patch deployment web --type=merge -p \'{"spec":{"replicas":2}}\'', 0, [r"patched$"])
run(
    'kubectl patch deployment web --type=json -p \'[{"op":"replace","path":"/spec/replicas","value":3}]\'',
    0,
    [r"patched$"],
)
run('kubectl patch deployment web --type=json -p \'[{"op":"remove","path":"/spec/nothing"}]\'', 1, [r"[Ii]nvalid"])
run("kubectl edit deployment web", 0, [r"^deployment\.apps/web edited$"])
run("kubectl get deploy web -o jsonpath='{.spec.replicas}'", 0, [r"^1$"])
run("kubectl scale deployment web --current-replicas=1 --replicas=2", 0, [r"scaled"])
run("kubectl set resources deployment web --limits=cpu=200m,memory=64Mi", 0, [r"resource requirements updated"])
run("kubectl set selector service front app=web", 0, [r"selector updated|service/front"])

# Files.
write(
    "app.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata: {name: filed, labels: {app: filed}}
spec:
  replicas: 1
  selector: {matchLabels: {app: filed}}
  template:
    metadata: {labels: {app: filed}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: hello-app:1.0
        ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: filed}
spec:
  selector: {app: filed}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: filed}
data: {colour: red}
""",
)
write(
    "wrong.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata: {name: wrong}
spec:
  replicaz: 1
  selector: {matchLabels: {app: wrong}}
  template:
    metadata: {labels: {app: wrong}}
    spec: {containers: [{name: main, image: hello-app:1.0}]}
""",
)
run(
    "kubectl apply -f app.yaml",
    0,
    [r"^deployment\.apps/filed created$", r"^service/filed created$", r"^configmap/filed created$"],
)
run("kubectl apply -f app.yaml", 0, [r"^deployment\.apps/filed unchanged$", r"^service/filed unchanged$"])
run("kubectl diff -f app.yaml", 0) if since(27) else None
(
    run("sed -i s/red/green/ app.yaml; kubectl diff -f app.yaml", 1, [r"^\+ +colour: green$", r"^- +colour: red$"])
    if since(27)
    else run("sed -i s/red/green/ app.yaml")
)
(
    run("kubectl apply -f app.yaml --dry-run=server", 0, [r"^configmap/filed configured \(server dry run\)$"])
    if since(27)
    else None
)
run("kubectl apply -f app.yaml", 0, [r"^configmap/filed configured$"])
run("kubectl get cm filed -o jsonpath='{.data.colour}'", 0, [r"^green$"])
run("kubectl replace -f app.yaml", 0, [r"^deployment\.apps/filed replaced$"])
run("kubectl create -f wrong.yaml", 1, [r'unknown field "spec\.replicaz"']) if since(27) else None
run("kubectl apply -f app.yaml --server-side --force-conflicts", 0, [r"^deployment\.apps/filed serverside-applied$"])
run("kubectl apply -f app.yaml --server-side --field-manager=second", 0, [r"serverside-applied"])
run(
    "sed 's/replicas: 1/replicas: 2/' app.yaml > other.yaml; kubectl apply -f other.yaml "
    "--server-side --field-manager=third",
    1,
    [r"conflict"],
)
run("kubectl get deploy filed -o yaml --show-managed-fields", 0, [r"manager: second"]) if since(21) else None
run("kubectl delete -f app.yaml", 0, [r'^deployment\.apps "filed" deleted', r'^service "filed" deleted'])

# Objects without a controller.
run("kubectl create configmap settings --from-literal=a=1", 0, [r"^configmap/settings created$"])
run("kubectl create secret generic key --from-literal=a=1", 0, [r"^secret/key created$"])
run("kubectl get secret key -o jsonpath='{.data.a}'", 0, [r"^MQ==$"])
run("kubectl create serviceaccount robot", 0, [r"^serviceaccount/robot created$"])
run("kubectl create service clusterip bare --tcp=80:8080", 0, [r"^service/bare created$"])
run(
    "kubectl delete configmap/settings secret/key sa/robot svc/bare",
    0,
    [r'^configmap "settings" deleted', r'^service "bare" deleted'],
)

# Pods.
run("kubectl run one --image=hello-app:1.0 --restart=Never", 0, [r"^pod/one created$"])
run("kubectl wait --for=condition=ready pod/one --timeout=20s", 0, [r"^pod/one condition met$"])
run("kubectl exec one -- echo hello", 0, [r"^hello$"])
run("kubectl exec one -- sh -c 'echo out; echo err >&2; exit 3'", 3, [r"^out$", r"^err$", r"exit code 3"])
run("echo through | kubectl exec -i one -- cat", 0, [r"^through$"])
run("kubectl exec one -- hostname", 0, [r"^one$"])
run("kubectl exec one -- ip route", 0, [r"^default via 10\.0\."])
run(
    "head -c 3000000 /dev/urandom > blob; kubectl cp blob one:/tmp/blob && kubectl cp "
    "one:/tmp/blob back && cmp blob back",
    0,
)
run("kubectl run done --image=any --restart=Never --command -- sh -c 'echo finished'", 0, [r"^pod/done created$"])
(
    run("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/done --timeout=20s", 0)
    if since(23)
    else time.sleep(2)
)
run("kubectl get pod done", 0, [r"^done +0/1 +Completed +0 "])
run("kubectl logs done", 0, [r"^finished$"])
run(
    "echo typed | kubectl run asked --rm -i --image=any --restart=Never --command -- sh -c 'read word; echo got $word'",
    0,
    [r"got typed", r'pod "asked" deleted'],
)
run("kubectl attach one --stdin=false & p=$!; sleep 1; kill $p; wait $p || true", 0)
run(
    "kubectl port-forward pod/one 18081:8080 >/dev/null & p=$!; for i in $(seq 50); do curl "
    "-sf 127.0.0.1:18081 && break; sleep 0.1; done; kill $p",
    0,
    [r"Hostname: one"],
)
run("kubectl top nodes", 0, [r"^kind-worker +\d+m"])
run("kubectl top pods", 0, [r"^one +\d+m +\d+Mi"])
run("kubectl delete pod one done --now", 0, [r'^pod "one" deleted'])

# Other workloads.
run("kubectl create job pi --image=any -- sh -c 'echo 3.14'", 0, [r"^job\.batch/pi created$"])
run("kubectl wait --for=condition=complete job/pi --timeout=30s", 0, [r"^job\.batch/pi condition met$"])
run("kubectl get job pi", 0, [r"^pi +1/1 +\S+ +\S+$"])
run("kubectl logs job/pi", 0, [r"^3\.14$"])
run("kubectl create job no --image=any -- false", 0, [r"created$"])
run("kubectl patch job no -p '{\"spec\":{\"backoffLimit\":0}}'", 0, [r"patched"])
run("kubectl wait --for=condition=failed job/no --timeout=30s", 0, [r"condition met$"])
run("kubectl describe job no", 0, [r"BackoffLimitExceeded"])
run("kubectl delete job pi no", 0, [r'^job\.batch "pi" deleted'])
run("kubectl get pods -l job-name=pi", 0, [r"No resources found"])
write(
    "agent.yaml",
    """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      terminationGracePeriodSeconds: 0
      tolerations: [{operator: Exists}]
      containers: [{name: main, image: pause}]
""",
)
run("kubectl apply -f agent.yaml", 0, [r"^daemonset\.apps/agent created$"])
run("kubectl rollout status daemonset agent --timeout=30s", 0, [r"successfully rolled out"])
run("kubectl get daemonset agent", 0, [r"^agent +3 +3 +3 +3 +3 +<none> +\S+$"])
run("kubectl delete -f agent.yaml", 0, [r'^daemonset\.apps "agent" deleted'])

# Nodes.
run("kubectl cordon kind-worker", 0, [r"^node/kind-worker cordoned$"])
run("kubectl get node kind-worker", 0, [r"Ready,SchedulingDisabled"])
(
    run(
        "kubectl drain kind-worker --ignore-daemonsets --delete-emptydir-data --force --timeout=30s",
        0,
        [r"^node/kind-worker drained$"],
    )
    if since(21)
    else run("kubectl drain kind-worker --ignore-daemonsets --force --timeout=30s", 0, [r"evicted|drained"])
)
run("kubectl get pods -o wide --field-selector spec.nodeName=kind-worker", 0, [r"No resources found"])
run("kubectl uncordon kind-worker", 0, [r"^node/kind-worker uncordoned$"])
run("kubectl taint node kind-worker2 dedicated=x:NoExecute", 0, [r"^node/kind-worker2 tainted$"])
(
    run("kubectl wait --for=delete pod -l app=web --field-selector spec.nodeName=kind-worker2 --timeout=60s", 0)
    if since(31)
    else time.sleep(2)
)
run("kubectl taint node kind-worker2 dedicated-", 0, [r"^node/kind-worker2 untainted$"])

# A watch sees what happens.
run(
    "kubectl get deploy web -w -o name & p=$!; sleep 1; kubectl scale deploy web --replicas=1; "
    "sleep 1; kill $p; wait $p || true",
    0,
    [r"^deployment\.apps/web$"],
)

# The end.
run("kubectl delete svc front", 0, [r'^service "front" deleted'])
(
    run("kubectl delete deployment web --cascade=foreground --timeout=30s", 0, [r"deleted"])
    if since(21)
    else run("kubectl delete deployment web", 0, [r"deleted"])
)
run("kubectl wait --for=delete pod -l app=web --timeout=60s", 0) if since(24) else None
run("kubectl delete namespace shop --timeout=60s", 0, [r'^namespace "shop" deleted'])
run("kubectl get namespace shop", 1, [r"NotFound"])

print(
    f"kubectl {label}: {count} commands, {len(failures)} failed; the slowest took {slowest[0]:.1f} s: {slowest[1][:60]}"
)
subprocess.run(["rm", "-rf", home])
sys.exit(1 if failures else 0)
