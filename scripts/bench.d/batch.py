"""The same objects by `ip -batch`: read from a lab that stands, written as batches that make them again."""

import difflib
import json
import os

from timing import Failure, run

NAMESPACES = "/run/netns"


def namespaces(lab: str) -> list[str]:
    return sorted(name for name in os.listdir(NAMESPACES) if name.startswith(lab + "."))


class Batch:
    """A shell script with one `ip -batch` for namespaces and links, and one `ip -n NAMESPACE -batch` for the rest of
    each namespace: addresses and routes can only be set from inside, and a batch stays in one namespace.

    Left out is what `ip` cannot say: sysctls and nftables.
    """

    def __init__(self, lab: str, prefix: str, directory: str) -> None:
        self.names = {name: prefix + name[len(lab):] for name in namespaces(lab)}
        self.directory = directory
        self.outside: list[str] = []
        self.inside: dict[str, list[str]] = {}
        # By name: the numbers of links depend on the order they were made in.
        links = {name: sorted(_ip(name, "-d", "link"), key=lambda link: link["ifname"]) for name in self.names}
        peers = {name: _peers(name) for name in self.names}
        for name, new in self.names.items():
            self.outside.append(f"netns add {new}")
            self.inside[new] = []
        made: set[tuple[str, str]] = set()
        for bridges in (True, False):
            for name in self.names:
                for link in links[name]:
                    kind = link.get("linkinfo", {}).get("info_kind")
                    if (kind == "bridge") == bridges and kind in ("bridge", "veth"):
                        self._add_link(name, link, kind, links, peers, made)
        for name, new in self.names.items():
            self._configure(name, links[name], self.inside[new])

    def _add_link(self, name, link, kind, links, peers, made) -> None:
        own = (name, link["ifname"])
        if own in made:
            return
        made.add(own)
        line = f"link add {link['ifname']} netns {self.names[name]}"
        line += f" address {link['address']} mtu {link['mtu']} type {kind}"
        if kind == "veth":
            far = peers[name][link["link_netnsid"]] if "link_netnsid" in link else name
            if "link" in link:
                end = next(other for other in links[far] if other["ifname"] == link["link"])
            else:
                end = next(other for other in links[far] if other["ifindex"] == link["link_index"])
            made.add((far, end["ifname"]))
            line += f" peer name {end['ifname']} netns {self.names[far]} address {end['address']} mtu {end['mtu']}"
        self.outside.append(line)

    def _configure(self, name: str, links: list[dict], lines: list[str]) -> None:
        for link in links:
            line = f"link set {link['ifname']}"
            if "master" in link:
                line += f" master {link['master']}"
            if "NOARP" in link["flags"]:
                line += " arp off"
            if "UP" in link["flags"]:
                lines.append(line + " up")
        for link in _ip(name, "-4", "address"):
            for address in link.get("addr_info", []):
                if link["ifname"] != "lo":
                    local = f"{address['local']}/{address['prefixlen']}"
                    lines.append(f"address add {local} dev {link['ifname']} scope {address['scope']}")
        routes = _ip(name, "-4", "-d", "route", "show", "table", "all")
        # The kernel lists them by destination; a gateway must be reachable before it is used.
        for route in sorted(routes, key=lambda route: "gateway" in route):
            if route.get("protocol") != "kernel":
                lines.append(_route(route))
        rules = _ip(name, "-4", "-d", "rule")
        for rule in rules:
            if rule["priority"] not in (0, 32766, 32767):
                lines.append(_rule(rule))
        if not any(rule["priority"] == 0 for rule in rules):
            lines.append("rule delete priority 0")

    @property
    def text(self) -> str:
        """All of it, to be compared with the text of what came of it."""
        parts = [*sorted(self.outside)]
        for name, lines in sorted(self.inside.items()):
            parts += [f"# {name}", *lines]
        return "\n".join(parts)

    def write(self) -> tuple[list[str], list[str]]:
        """The commands that make the objects and that take them away."""
        os.makedirs(self.directory, exist_ok=True)
        self._file("outside", self.outside)
        script = [f"ip -batch {self.directory}/outside"]
        for index, (name, lines) in enumerate(self.inside.items()):
            self._file(f"inside{index}", lines)
            script.append(f"ip -n {name} -batch {self.directory}/inside{index}")
        self._file("make", ["set -e", *script])
        self._file("delete", [f"netns delete {name}" for name in self.inside])
        return ["sh", f"{self.directory}/make"], ["ip", "-batch", f"{self.directory}/delete"]

    def count(self) -> str:
        lines = self.outside + [line for lines in self.inside.values() for line in lines]
        kinds = {"netns add": "namespaces", "link add": "links or pairs", "address": "addresses", "route": "routes"}
        counts = [f"{sum(line.startswith(start) for line in lines)} {word}" for start, word in kinds.items()]
        return ", ".join(counts) + f" in {1 + len(self.inside)} processes of ip"

    def _file(self, name: str, lines: list[str]) -> None:
        with open(f"{self.directory}/{name}", "w") as file:
            file.write("\n".join(lines) + "\n")


def _route(route: dict) -> str:
    kind = route.get("type", "unicast")
    line = f"route add {kind} {route['dst']}"
    for key, word in [("gateway", "via"), ("dev", "dev"), ("protocol", "proto"), ("scope", "scope"),
                      ("prefsrc", "src"), ("metric", "metric"), ("table", "table")]:
        if key in route:
            line += f" {word} {route[key]}"
    return line + (" onlink" if "onlink" in route["flags"] else "")


def _rule(rule: dict) -> str:
    line = f"rule add priority {rule['priority']}"
    if rule.get("src", "all") != "all":
        line += f" from {rule['src']}" + (f"/{rule['srclen']}" if "srclen" in rule else "")
    if "fwmark" in rule:
        line += f" fwmark {rule['fwmark']}" + (f"/{rule['fwmask']}" if "fwmask" in rule else "")
    return f"{line} lookup {rule['table']}"


def _ip(namespace: str, *words: str) -> list[dict]:
    return json.loads(run(["ip", "-n", namespace, "-json", *words]) or "[]")


def _peers(namespace: str) -> dict[int, str]:
    """The kernel's numbers for other namespaces, as used by this one."""
    numbers = {}
    for entry in json.loads(run(["ip", "-n", namespace, "-json", "netns", "list-id"]) or "[]"):
        if "name" in entry:
            numbers[entry["nsid"]] = entry["name"]
    return numbers


def check(batch: Batch, lab: str) -> None:
    """Fails unless what the batch made is, read back, what it was made from."""
    again = Batch(lab, lab, batch.directory)
    if again.text != batch.text:
        lines = difflib.unified_diff(batch.text.splitlines(), again.text.splitlines(), "netlab", "ip -batch", n=0)
        raise Failure("ip -batch did not make the same objects:\n" + "\n".join(lines))
