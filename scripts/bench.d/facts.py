"""What the figures were measured on, and whether anything else was going on there."""

import os
import platform
import re
import time

from timing import Failure, run


def facts(binary: str) -> dict[str, str]:
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"^MemTotal:\s*(\d+)", file.read(), re.MULTILINE)[1]) / 1024 / 1024
    one, five, _ = os.getloadavg()
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "processor": f"{os.cpu_count()} × {model[1] if model else platform.machine()}",
        "memory": f"{memory:.1f} GiB",
        "kernel": platform.release(),
        "netlab": f"{run([binary, 'version']).splitlines()[0]}, {os.path.getsize(binary) / 1e6:.0f} MB",
        "peers": ", ".join(_versions()),
        "load before": f"{one:.2f} {five:.2f}",
    }


def _versions() -> list[str]:
    wanted = ["iproute2", "mininet", "haproxy", "nginx", "wrk", "iperf3"]
    try:
        words = ["dpkg-query", "-W", "-f", "${Package} ${Version}\\n", *wanted]
        return run(words).split("\n")[:-1]
    except (Failure, FileNotFoundError):
        return ["versions unknown"]


def busy(seconds: float) -> float:
    """The share of all processors' time that was not idle."""
    def read() -> tuple[int, int]:
        with open("/proc/stat") as file:
            values = [int(value) for value in file.readline().split()[1:9]]
        return sum(values), values[3] + values[4]

    total, idle = read()
    time.sleep(seconds)
    total_after, idle_after = read()
    return 1 - (idle_after - idle) / max(1, total_after - total)
