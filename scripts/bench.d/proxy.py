"""The ClusterIP proxy against the direct path, HAProxy and nginx: client pod on one node, relay there, pod on another.

Everything runs in one lab of netlab's own. HAProxy and nginx listen on other ports of the same ClusterIP, in the same
node's namespace, and forward to the same pod.
"""

import json
import os
from dataclasses import dataclass

import peers
from rows import Row, Target, at_least_times, at_most_times
from start import daemon
from timing import Failure, Figures, run

NAME = "bench-proxy"
CLIENT, BACKEND, NODE = f"{NAME}.default_client", f"{NAME}.default_backend", f"{NAME}.kind-worker"
SERVICE = "10.96.0.80"
SMALL, LARGE = None, 65536

KIND = """kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
networking: {disableDefaultCNI: true, kubeProxyMode: none}
"""
CILIUM = """tunnel: disabled
autoDirectNodeRoutes: true
ipv4NativeRoutingCIDR: 10.0.0.0/8
kubeProxyReplacement: strict
k8sServiceHost: kind-control-plane
k8sServicePort: 6443
"""
POD = """apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  nodeName: {node}
  containers: [{{name: idle, image: idle, command: [sleep, infinity]}}]
---
"""
SERVICE_OBJECT = f"""apiVersion: v1
kind: Service
metadata: {{name: backend}}
spec:
  clusterIP: {SERVICE}
  selector: {{app: backend}}
  ports: [{{name: web, port: 80}}, {{name: stream, port: 5201}}]
"""

# Percentiles in microseconds: wrk's own text rounds them.
REPORT = """
done = function(summary, latency, requests)
    local e = summary.errors
    io.write(string.format('\\nJSON{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass
class Path:
    name: str
    address: str
    web: int
    stream: int
    relay: int | None
    small_messages: bool = True


class Proxy:
    def __init__(self, binary: str, rounds: int, seconds: int) -> None:
        self.binary = binary
        self.rounds = rounds
        self.seconds = seconds
        self.figures: dict[tuple[str, str], Figures] = {}
        self.errors: dict[str, int] = {}

    def measure(self, progress) -> tuple[list[str], list[Row]]:
        directory = f"/run/bench/{NAME}"
        os.makedirs(directory + "/manifests")
        pods = POD.format(name="client", node="kind-worker") + POD.format(name="backend", node="kind-worker2")
        files = {"kind.yaml": KIND, "cilium.yaml": CILIUM, "manifests/all.yaml": pods + SERVICE_OBJECT}
        for name, text in files.items():
            with open(f"{directory}/{name}", "w") as file:
                file.write(text)
        with open("/run/bench/report.lua", "w") as file:
            file.write(REPORT)
        self._bring_up(directory)
        try:
            with peers.Programs() as programs:
                paths = self._start(programs)
                for number in range(self.rounds):
                    progress(f"proxy: round {number + 1} of {self.rounds}")
                    self._round(paths, number, programs)
        finally:
            run([self.binary, "down", NAME, "-q"])
        return self._notes(), self._rows()

    def _bring_up(self, directory: str) -> None:
        """The pods serve nothing yet, so `up` finds the Service silent and says so: its words are of use only when the
        lab is not there afterwards."""
        problem = "no pod"
        try:
            run([self.binary, "up", directory, "-q"])
        except Failure as failure:
            problem = str(failure)
        if not os.path.exists(f"/run/netns/{BACKEND}"):
            raise Failure(f"the lab for the proxy is not there: {problem}")

    def _start(self, programs: peers.Programs) -> list[Path]:
        for name in os.listdir("/run/netns"):
            if name.startswith(NAME + "."):
                # BBR, some kernels' default, halves a stream's speed: all senders use the same, and the plainest.
                run(["ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv4.tcp_congestion_control=reno"])
        pod = _address(BACKEND)
        programs.start(BACKEND, peers.nginx_backend())
        programs.start(BACKEND, ["iperf3", "--server"])
        paths = [Path("direct", pod, 80, 5201, None), Path("netlab", SERVICE, 80, 5201, daemon(NAME))]
        relays = [("HAProxy", peers.haproxy, SMALL), ("nginx stream", peers.nginx_stream, SMALL),
                  ("HAProxy, 64 KB", peers.haproxy, LARGE), ("nginx stream, 64 KB", peers.nginx_stream, LARGE)]
        for index, (name, words, buffer) in enumerate(relays):
            web, stream = 8000 + index, 9000 + index
            relay = programs.start(NODE, words(f"relay{index}", SERVICE, web, stream, pod, buffer))
            # The size of a buffer matters to streams only.
            paths.append(Path(name, SERVICE, web, stream, relay, small_messages=buffer is SMALL))
        for path in paths:
            peers.wait_for_port(CLIENT, path.address, path.web, programs)
            peers.wait_for_port(CLIENT, path.address, path.stream, programs)
        return paths

    def _round(self, paths: list[Path], number: int, programs: peers.Programs) -> None:
        # Round about, so that no path always comes first or after the same other.
        turned = paths[number % len(paths):] + paths[:number % len(paths)]
        for path in turned:
            self._take("stream", path, lambda: self._stream(path))
        small = [path for path in turned if path.small_messages]
        for path in small:
            self._take("connections", path, lambda: self._requests(path, ["-H", "Connection: close"]))
        for path in small:
            self._take("requests", path, lambda: self._requests(path, []))
        programs.check()

    def _take(self, quantity: str, path: Path, measure) -> None:
        """Adds what was measured, and the relay's processor time for each unit of the work."""
        before = peers.processor_time(path.relay) if path.relay else 0
        result = measure()
        if path.relay:
            result["cost"] = (peers.processor_time(path.relay) - before) / result.pop("work") * 1e6
        for key, value in result.items():
            self.figures.setdefault((f"{quantity} {key}", path.name), Figures()).add(value)

    def _stream(self, path: Path) -> dict[str, float]:
        """Gbit/s as the receiver counts them; the work is in megabytes."""
        words = ["iperf3", "--client", path.address, "--port", str(path.stream), "--time", str(self.seconds), "--json"]
        result = json.loads(run(["ip", "netns", "exec", CLIENT, *words], limit=self.seconds + 20))
        received = result["end"]["sum_received"]
        return {"rate": received["bits_per_second"] / 1e9, "work": received["bytes"] / 1e6}

    def _requests(self, path: Path, extra: list[str]) -> dict[str, float]:
        words = ["wrk", "-t1", "-c32", f"-d{self.seconds}s", "-s", "/run/bench/report.lua", *extra]
        text = run(["ip", "netns", "exec", CLIENT, *words, f"http://{path.address}:{path.web}/"],
                   limit=self.seconds + 20)
        result = json.loads(text[text.index("JSON{") + 4:])
        if not result["requests"]:
            raise Failure(f"{path.name}: no request was answered")
        self.errors[path.name] = self.errors.get(path.name, 0) + result["errors"]
        return {"rate": result["requests"] / result["microseconds"] * 1e6, "p50": result["p50"], "p99": result["p99"],
                "work": result["requests"]}

    def _rows(self) -> list[Row]:
        stream = [("direct", at_least_times(0.85)), ("HAProxy", at_least_times(2.5)),
                  ("nginx stream", at_least_times(2.5)), ("HAProxy, 64 KB", at_least_times(1.4)),
                  ("nginx stream, 64 KB", at_least_times(1.4))]
        rate = [("direct", None), ("HAProxy", at_least_times(1)), ("nginx stream", at_least_times(1))]
        wait = [("direct", None), ("HAProxy", at_most_times(1)), ("nginx stream", at_most_times(1))]
        plain = [(peer, None) for peer, _ in rate]
        relays = plain[1:]
        large = [(peer, None) for peer, _ in stream[1:]]
        return [
            *self._quantity("one stream", "Gbit/s", "stream rate", stream),
            *self._quantity("new connections", "/s", "connections rate", rate),
            *self._quantity("keep-alive requests", "/s", "requests rate", rate),
            *self._quantity("keep-alive requests, p50", "µs", "requests p50", plain),
            *self._quantity("keep-alive requests, p99", "µs", "requests p99", wait),
            *self._quantity("relay's processor time a megabyte", "µs", "stream cost", large),
            *self._quantity("relay's processor time a connection", "µs", "connections cost", relays),
            *self._quantity("relay's processor time a request", "µs", "requests cost", relays),
        ]

    def _quantity(self, what: str, unit: str, key: str, against: list[tuple[str, Target | None]]) -> list[Row]:
        ours = self.figures[key, "netlab"]
        return [Row(what, unit, ours, peer, self.figures[key, peer], target) for peer, target in against]

    def _notes(self) -> list[str]:
        failed = ", ".join(f"{name} {count}" for name, count in self.errors.items() if count) or "none"
        return [
            f"Pod on one node to pod on another, relay on the first; {peers.WORKERS} workers each, reno everywhere.",
            f"iperf3 with one stream, {self.seconds} s; wrk with one thread and 32 connections, {self.seconds} s.",
            "nginx with one worker answers a few bytes; for new connections every request asks to close.",
            f"{self.rounds} rounds, the paths round about. Requests that failed: {failed}.",
        ]


def _address(namespace: str) -> str:
    links = json.loads(run(["ip", "-n", namespace, "-4", "-json", "address", "show", "dev", "eth0"]))
    return links[0]["addr_info"][0]["local"]
