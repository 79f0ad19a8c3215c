"""Lists, watches, patches, reads logs, executes and forwards a port with Kubernetes' Python client.

usage: library.py LAB-NAME
"""

import os
import subprocess
import sys
import tempfile

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

lab = sys.argv[1]
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
    text = subprocess.run([os.environ["NETLAB_BINARY"], "kubeconfig", lab], check=True, capture_output=True, text=True)
    file.write(text.stdout)
    file.flush()
    config.load_kube_config(file.name)
    api, apps = client.CoreV1Api(), client.AppsV1Api()
    steps, failed = 0, 0

    def check(what, holds):
        """A condition, or a function that says whether it holds."""
        global steps, failed
        steps += 1
        try:
            reason = None if (holds() if callable(holds) else holds) else "does not hold"
        except Exception as error:
            reason = repr(error)
        if reason:
            failed += 1
            print(f"FAILED: python client: {what}: {reason[:300]}")

    check("version", client.VersionApi().get_code().git_version == "v1.25.3")
    check("list", len(api.list_node().items) == 3)
    check("paging", len(api.list_namespace(limit=1).items) == 1 and api.list_namespace(limit=1).metadata._continue)
    labels = {"app": "library"}
    container = client.V1Container(
        name="app", image="hello-app:1.0", ports=[client.V1ContainerPort(container_port=8080)]
    )
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels=labels),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=0),
    )
    apps.create_namespaced_deployment(
        "default",
        client.V1Deployment(
            metadata=client.V1ObjectMeta(name="library"),
            spec=client.V1DeploymentSpec(
                replicas=1, selector=client.V1LabelSelector(match_labels=labels), template=template
            ),
        ),
    )
    name = None
    for event in watch.Watch().stream(
        api.list_namespaced_pod, "default", label_selector="app=library", timeout_seconds=30
    ):
        pod = event["object"]
        if any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or []):
            name = pod.metadata.name
            break
    check("watch until ready", name)
    apps.patch_namespaced_deployment_scale("library", "default", {"spec": {"replicas": 2}})
    check("scale", apps.read_namespaced_deployment_scale("library", "default").spec.replicas == 2)
    apps.patch_namespaced_deployment("library", "default", {"metadata": {"labels": {"a": "b"}}})
    check("patch", apps.read_namespaced_deployment("library", "default").metadata.labels == {"a": "b"})
    check("log", "listening" in api.read_namespaced_pod_log(name, "default"))
    answer = stream(
        api.connect_get_namespaced_pod_exec,
        name,
        "default",
        command=["sh", "-c", "echo $((6*7))"],
        stdout=True,
        stderr=True,
        stdin=False,
        tty=False,
    )
    check("exec", answer.strip() == "42")
    check(
        "log with times",
        api.read_namespaced_pod_log(name, "default", timestamps=True).split()[0].endswith("Z"),
    )

    def typing():
        typed = stream(
            api.connect_get_namespaced_pod_exec,
            name,
            "default",
            command=["sh", "-c", "read word; echo got $word; exit 3"],
            stdin=True,
            stdout=True,
            stderr=True,
            tty=False,
            _preload_content=False,
        )
        typed.write_stdin("typed\n")
        typed.run_forever(timeout=10)
        return typed.read_stdout().strip() == "got typed" and typed.returncode == 3

    def forwarding():
        # One websocket carries the bytes of every port, each behind its channel's number.
        forward = portforward(api.connect_get_namespaced_pod_portforward, name, "default", ports="8080")
        connection = forward.socket(8080)
        connection.settimeout(10)
        connection.sendall(b"GET / HTTP/1.0\r\nHost: pod\r\n\r\n")
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return f"Hostname: {name}".encode() in received and not forward.error(8080)

    def forwarding_nowhere():
        forward = portforward(api.connect_get_namespaced_pod_portforward, name, "default", ports="9")
        connection = forward.socket(9)
        connection.settimeout(10)
        return connection.recv(100) == b"" and "9" in (forward.error(9) or "")

    check("exec with input", typing)
    check("port-forward", forwarding)
    check("port-forward to a closed port", forwarding_nowhere)
    try:
        api.read_namespaced_pod("nobody", "default")
        check("404", False)
    except ApiException as error:
        check("404", error.status == 404)
    found = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="apps/v1", kind="Deployment")
    check(
        "dynamic client",
        [d.metadata.name for d in found.get(namespace="default", label_selector="a=b").items] == ["library"],
    )
    custom = client.CustomObjectsApi().list_cluster_custom_object("cilium.io", "v2", "ciliumnodes")
    check("custom objects", len(custom["items"]) == 3)
    apps.delete_namespaced_deployment("library", "default")
    print(f"python client {__import__('kubernetes').__version__}: {steps} checks, {failed} failed")
    sys.exit(1 if failed else 0)
