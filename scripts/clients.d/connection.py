"""A lab's API as its kubeconfig says: the address, the certificates, and what the daemon's own process is."""

import base64
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile


class Lab:
    def __init__(self, name):
        self.name = name
        config = subprocess.run(
            [os.environ["NETLAB_BINARY"], "kubeconfig", name], check=True, capture_output=True, text=True
        ).stdout
        host, port = re.search(r"server: https://([\d.]+):(\d+)", config).groups()
        self.address = (host, int(port))
        self.context = ssl.create_default_context()
        with tempfile.TemporaryDirectory() as directory:
            paths = []
            for part in ("certificate-authority", "client-certificate", "client-key"):
                paths.append(os.path.join(directory, part))
                with open(paths[-1], "wb") as file:
                    file.write(base64.b64decode(re.search(rf"{part}-data: (\S+)", config).group(1)))
            self.context.load_verify_locations(paths[0])
            self.context.load_cert_chain(paths[1], paths[2])

    def open(self, timeout):
        """A connection for bytes of one's own."""
        plain = socket.create_connection(self.address, timeout=timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(plain, server_hostname=self.address[0])

    def client(self, timeout):
        return http.client.HTTPSConnection(*self.address, context=self.context, timeout=timeout)

    def daemon(self):
        """Process id and start time, as the lab's state file has them."""
        with open(f"/run/netlab/{self.name}/lab.json") as file:
            daemon = json.load(file)["daemon"]
        return daemon["pid"], daemon["startTime"]

    def is_alive(self, daemon):
        pid, started = daemon
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            return int(fields[19]) == started and fields[0] not in "ZX"
        except OSError:
            return False

    def memory(self):
        """What the daemon holds, in MiB."""
        with open(f"/proc/{self.daemon()[0]}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def ask(client, method, path, body=None, kind="application/json"):
    """The status and the document that one request is answered with."""
    client.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
    answer = client.getresponse()
    data = answer.read()
    try:
        return answer.status, json.loads(data)
    except ValueError:
        return answer.status, data.decode(errors="replace")
