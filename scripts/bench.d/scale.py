"""Large labs: whether time grows with the number of objects and nothing worse."""

import os
import shutil
import subprocess

from proxy import CILIUM
from rows import Row, at_most
from timing import Figures, wall

LIMIT = 300  # seconds, after which a lab is taken down and counted as not measured


def measure(binary: str, nodes: int, pods: int, seconds: float | None, progress) -> list[Row]:
    """One lab with this many nodes and pods on each: up and down, once."""
    name = f"scale-{nodes}"
    directory = f"/run/bench/{name}"
    _write(directory, nodes, pods)
    up, down = Figures(), Figures()
    progress(f"scale: {nodes} nodes, {nodes * pods} pods")
    try:
        up.add(wall([binary, "up", directory, "-q", "--timeout", str(LIMIT)], limit=LIMIT) / 1000)
        down.add(wall([binary, "down", name, "-q"], limit=LIMIT) / 1000)
    except BaseException:
        # What half stands would burden the rest.
        subprocess.run([binary, "down", name, "-q"], timeout=LIMIT, check=False, stderr=subprocess.DEVNULL)
        raise
    finally:
        shutil.rmtree(directory)
    what = f"{nodes:,} nodes, {nodes * pods:,} pods, {nodes * (nodes - 1):,} routes between nodes"
    return [Row(f"up, {what}", "s", up, target=at_most(seconds) if seconds else None), Row(f"down, {what}", "s", down)]


def _write(directory: str, nodes: int, pods: int) -> None:
    """Pods are pinned to nodes, so that each has as many as said, and do nothing."""
    os.makedirs(directory + "/manifests")
    names = ["kind-control-plane", "kind-worker"] + [f"kind-worker{number}" for number in range(2, nodes)]
    roles = "".join("- role: worker\n" for _ in range(nodes - 1))
    texts = {
        "kind.yaml": "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n" + roles,
        "cilium.yaml": CILIUM,
        "manifests/pods.yaml": "".join(
            "---\napiVersion: v1\nkind: Pod\n"
            f"metadata: {{name: pod-{index}-{number}}}\n"
            f"spec: {{nodeName: {node}, containers: [{{name: idle, image: idle, command: [sleep, infinity]}}]}}\n"
            for index, node in enumerate(names) for number in range(pods)),
    }
    for name, text in texts.items():
        with open(f"{directory}/{name}", "w") as file:
            file.write(text)
