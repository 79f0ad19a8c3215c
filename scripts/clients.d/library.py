"""Lists, watches, patches, reads logs, executes and forwards a port with Kubernetes' Python client.

usage: library.py LAB-NAME
"""

import os
import subprocess
import sys
import tempfile

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import stream

lab = sys.argv[1]
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
    text = subprocess.run(
        [os.environ["NETLAB_BINARY"], "kubeconfig", lab], check=True, capture_output=True, text=True
    )
    file.write(text.stdout)
    file.flush()
    config.load_kube_config(file.name)
    api, apps = client.CoreV1Api(), client.AppsV1Api()
    steps = 0

    def check(what, holds):
        global steps
        steps += 1
        if not holds:
            sys.exit(f"FAILED: python client: {what}")

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
    print(f"python client {__import__('kubernetes').__version__}: {steps} checks, 0 failed")
