"""HAProxy and nginx stream as relays in a node's namespace, nginx and iperf3 behind them. All end by their own pid."""

import glob
import subprocess
import time

from timing import Failure, run

WORKERS = 2  # as many as netlab's relay has


class Programs:
    """Programs in namespaces of the lab, ended when the block ends in any way."""

    def __init__(self) -> None:
        self.running: list[tuple[subprocess.Popen, str]] = []

    def __enter__(self) -> "Programs":
        return self

    def __exit__(self, *_) -> None:
        for process, _ in self.running:
            process.terminate()
        for process, _ in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, namespace: str, words: list[str]) -> int:
        """Starts a program and returns its process."""
        log = open(f"/run/bench/program{len(self.running)}.log", "w+")
        with log:
            process = subprocess.Popen(["ip", "netns", "exec", namespace, *words], stdout=log, stderr=log)
        self.running.append((process, log.name))
        return process.pid

    def check(self) -> None:
        """Fails when one has ended: a figure without it would be another program's."""
        for process, log in self.running:
            if process.poll() is not None:
                with open(log) as file:
                    raise Failure(f"{' '.join(process.args)}: ended with {process.returncode}: {file.read().strip()}")


def haproxy(name: str, listen: str, web: int, stream: int, backend: str, buffer: int | None) -> list[str]:
    """HAProxy as Debian has it but for the size of its buffers, when one is named."""
    size = f"\n    tune.bufsize {buffer}" if buffer else ""
    return ["haproxy", "-db", "-f", _file(f"{name}.cfg", f"""
global
    maxconn 4000
    nbthread {WORKERS}{size}
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen web
    bind {listen}:{web}
    server backend {backend}:80
listen stream
    bind {listen}:{stream}
    server backend {backend}:5201
""")]


def nginx_stream(name: str, listen: str, web: int, stream: int, backend: str, buffer: int | None) -> list[str]:
    """nginx's stream module as Debian has it but for the size of its buffers, when one is named."""
    modules = glob.glob("/usr/lib/nginx/modules/ngx_stream_module.so")
    load = f"load_module {modules[0]};" if modules else ""
    size = f"proxy_buffer_size {buffer};" if buffer else ""
    return _nginx(name, f"""
{load}
worker_processes {WORKERS};
events {{ worker_connections 4096; }}
stream {{
    {size}
    server {{ listen {listen}:{web}; proxy_pass {backend}:80; }}
    server {{ listen {listen}:{stream}; proxy_pass {backend}:5201; }}
}}
""")


def nginx_backend() -> list[str]:
    """What answers every request with a few bytes."""
    return _nginx("backend", """
worker_processes 1;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 1000000000;
    server { listen 80 backlog=4096; location / { return 200 "netlab\\n"; } }
}
""")


def _nginx(name: str, text: str) -> list[str]:
    head = f"daemon off; user root; pid /run/bench/{name}.pid; error_log stderr warn;"
    return ["nginx", "-e", "stderr", "-c", _file(f"{name}.conf", head + text)]


def _file(name: str, text: str) -> str:
    path = f"/run/bench/{name}"
    with open(path, "w") as file:
        file.write(text)
    return path


def processor_time(pid: int) -> float:
    """Seconds that a process, its threads and its children have had so far."""
    seconds = 0.0
    for task in glob.glob(f"/proc/{pid}/task/*"):
        with open(task + "/schedstat") as file:
            seconds += int(file.read().split()[0]) / 1e9
        with open(task + "/children") as file:
            seconds += sum(processor_time(int(child)) for child in file.read().split())
    return seconds


def wait_for_port(namespace: str, address: str, port: int, programs: Programs, limit: float = 10) -> None:
    """Connects from the namespace until somebody answers."""
    deadline = time.monotonic() + limit
    while True:
        programs.check()
        try:
            run(["ip", "netns", "exec", namespace, "bash", "-c", f": </dev/tcp/{address}/{port}"], limit=5)
            return
        except Failure as failure:
            if time.monotonic() > deadline:
                raise Failure(f"nothing answers at {address}:{port} from {namespace}") from failure
            time.sleep(0.05)
