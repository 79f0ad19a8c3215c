"""Runs a script of commands with one kubectl against a lab, and compares what it prints with what a cluster prints.

usage: kubectl.py KUBECTL LAB-NAME

Most cases are transcripts in golden/, whose form session.py describes. What they say comes from Kubernetes' and
kubectl's sources, never from what netlab printed. Here is what needs a terminal, a second program, or patience.
"""

import sys

sys.dont_write_bytecode = True

from session import Session  # noqa: E402

session = Session(sys.argv[1], sys.argv[2])
run, terminal, transcript = session.run, session.terminal, session.transcript

transcript("cluster")
transcript("deployments")
transcript("changes")
transcript("files")

# Streams need a pod that stays.
run("kubectl run long --image=hello-app:1.0 --restart=Never", 0, [r"^pod/long created$"])
run("kubectl wait --for=condition=ready pod/long --timeout=20s", 0, [r"condition met"])
terminal("kubectl exec -it long -- tty", 0, [r"^/dev/(pts/\d+|console)"])
# The size comes behind the start, on a cluster too.
terminal("kubectl exec -it long -- sh -c 'sleep 0.5; stty size'", 0, [r"^41 101\r?$"])
terminal("kubectl exec -it long -- sh -c 'exit 7'", 7)
terminal(
    "kubectl exec -it long -- sh",
    3,
    [r"^said \w+d\r?$"],
    [(r"[#$] ", "echo said $(echo typed)\n"), (r"said typed", "exit 3\n")],
)
# Control-C reaches the program, not kubectl. The trap, because a shell without one loses what comes while it is about
# to become the last of its commands.
terminal(
    "kubectl exec -it long -- sh -c 'trap \"exit 9\" INT; echo ready; while :; do sleep 0.1; done'",
    9,
    steps=[(r"ready", "\x03")],
    limit=10,
)
terminal(
    "kubectl run asked --rm -it --image=any --restart=Never --command -- sh -c "
    "'read enter; sleep 0.5; tty; stty size; read word; echo got $word'",
    0,
    [r"/dev/(pts/\d+|console)", r"^41 101\r?$", r"got typed", r'pod "asked" deleted'],
    [(r"try pressing enter", "\n"), (r"\d+ \d+", "typed\n")],
    limit=15,
)
run("kubectl get pod asked", 1, [r'pods "asked" not found'])
run("kubectl delete pod asked --now --ignore-not-found")
run("kubectl attach long --stdin=false & p=$!; sleep 1; kill $p; wait $p || true", 0)
run("kubectl run reader -i --image=any --restart=Never --attach=false --command -- sh -c 'read w; echo got $w'")
run("kubectl wait --for=condition=ready pod/reader --timeout=20s", 0, [r"condition met"])
run("echo attached | kubectl attach -i reader", 0, [r"got attached"])
run("kubectl logs reader", 0, [r"^got attached$"])
run("kubectl delete pod reader --now", 0, [r'^pod "reader" deleted'])

forward = (
    "kubectl port-forward {0} {1} >/dev/null & p=$!; for i in $(seq 50); do curl -sf 127.0.0.1:{2} && break; "
    "sleep 0.1; done; curl -sf 127.0.0.1:{2}/again; kill $p"
)
run(forward.format("pod/long", "18081:8080", 18081), 0, [r"Hostname: long[^$]*Hostname: long"])
run(forward.format("deploy/web", "18082:8080", 18082), 0, [r"Hostname: web-"])
run(forward.format("svc/front", "18083:8080", 18083), 0, [r"Hostname: web-"])
run("kubectl port-forward pod/nobody 18084:8080", 1, [r'pods "nobody" not found'])
run(
    "kubectl port-forward pod/long :8080 > ports & p=$!; for i in $(seq 50); do grep -q ^Forw ports && break; "
    "sleep 0.1; done; kill $p; cat ports",
    0,
    [r"^Forwarding from 127\.0\.0\.1:\d+ -> 8080$"],
)

# What is followed.
run(
    "kubectl run talker --image=any --restart=Never --command -- sh -c "
    "'for i in 1 2 3; do echo line $i; sleep 0.5; done'; "
    "kubectl wait --for=condition=ready pod/talker --timeout=20s; kubectl logs -f talker",
    0,
    [r"^line 1\nline 2\nline 3$"],
)
run("kubectl logs talker --tail=2", 0, [r"\Aline 2\nline 3\n\Z"])
run("kubectl delete pod talker long --now", 0, [r'^pod "talker" deleted'])
run(
    "kubectl get deploy web --watch & p=$!; sleep 1; kubectl scale deploy web --replicas=2 >/dev/null; sleep 2; "
    "kill $p; wait $p || true",
    0,
    [r"^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$", r"^web +1/1 +1 +1 ", r"^web +1/2 +1 +1 ", r"^web +2/2 +2 +2 "],
)
run(
    "kubectl get pods -l app=web -w -o wide & p=$!; sleep 1; kubectl scale deploy web --replicas=3 >/dev/null; "
    "sleep 2; kill $p; wait $p || true",
    0,
    [
        r"^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$",
        r"^web-\S+ +0/1 +(Pending|ContainerCreating) +0 +\S+ +<none> +(<none>|kind-worker2?) +<none> +<none>$",
        r"^web-\S+ +1/1 +Running +0 +\S+ +10\.0\.\d+\.\d+ +kind-worker2? +<none> +<none>$",
    ],
)
run(
    "kubectl get deploy web -o name -w & p=$!; sleep 1; kubectl scale deploy web --replicas=1 >/dev/null; sleep 1; "
    "kill $p; wait $p || true",
    0,
    [r"^deployment\.apps/web\ndeployment\.apps/web$"],
)
run("kubectl create cm gone --from-literal=a=1; (sleep 1; kubectl delete cm gone) & kubectl wait --for=delete cm/gone")

transcript("pods")
transcript("workloads")

# A body in YAML, as curl sends it.
run(
    "kubectl config view --raw -o jsonpath='{.users[0].user.client-certificate-data}' | base64 -d > cert; "
    "kubectl config view --raw -o jsonpath='{.users[0].user.client-key-data}' | base64 -d > key; "
    "kubectl config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d > ca; "
    "sed '/^---/,$d' settings.yaml > one.yaml; "
    "curl -s --cacert ca --cert cert --key key -H 'Content-Type: application/yaml' --data-binary @one.yaml "
    "$(kubectl config view -o jsonpath='{.clusters[0].cluster.server}')/api/v1/namespaces/default/configmaps",
    0,
    [r'"kind": ?"ConfigMap"', r'"name": ?"kept"'],
)
run("kubectl delete cm kept -n default", 0, [r'^configmap "kept" deleted'])
sys.exit(session.end())
