"""What fuzz.py sends: bodies, patches, queries, paths and frames, each drawn by a generator that is handed in."""

import base64
import copy
import json
import re
import struct
import urllib.parse

API = "/api/v1/namespaces/fuzz/"
CORE = "configmaps secrets services endpoints serviceaccounts pods events".split()
COLLECTIONS = [API + name for name in CORE] + [
    "/apis/apps/v1/namespaces/fuzz/deployments",
    "/apis/apps/v1/namespaces/fuzz/replicasets",
    "/apis/apps/v1/namespaces/fuzz/daemonsets",
    "/apis/batch/v1/namespaces/fuzz/jobs",
    "/apis/coordination.k8s.io/v1/namespaces/fuzz/leases",
    "/apis/discovery.k8s.io/v1/namespaces/fuzz/endpointslices",
]
READ = COLLECTIONS + [
    "/api/v1/nodes",
    "/api/v1/namespaces",
    "/api/v1/pods",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/statefulsets",
    "/apis/cilium.io/v2/ciliumnodes",
    "/apis/cilium.io/v2/ciliumendpoints",
    "/apis/metrics.k8s.io/v1beta1/pods",
    "/apis/metrics.k8s.io/v1beta1/nodes",
    "/api",
    "/apis",
    "/api/v1",
    "/apis/apps/v1",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/apis/apps/v1",
    "/version",
    "/healthz",
    "/readyz?verbose",
    "/metrics",
]
POSTS = [
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    "/api/v1/namespaces/fuzz/pods/{pod}/eviction",
    "/api/v1/namespaces/fuzz/pods/{pod}/binding",
]
TEMPLATE = {
    "metadata": {"labels": {"app": "fuzz"}},
    "spec": {
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "a", "image": "pause", "ports": [{"containerPort": 80}], "env": []}],
    },
}
SELECTOR = {"matchLabels": {"app": "fuzz"}}
BASES = {
    "configmaps": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}, "binaryData": {"b": "AAEC"}},
    "secrets": {"apiVersion": "v1", "kind": "Secret", "data": {"a": "MQ=="}, "stringData": {"b": "2"}},
    "services": {
        "apiVersion": "v1",
        "kind": "Service",
        "spec": {"selector": {"app": "fuzz"}, "ports": [{"port": 80, "targetPort": "web", "protocol": "TCP"}]},
    },
    "pods": {"apiVersion": "v1", "kind": "Pod", "spec": TEMPLATE["spec"]},
    "deployments": {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "spec": {"replicas": 1, "selector": SELECTOR, "template": TEMPLATE, "strategy": {"type": "RollingUpdate"}},
    },
    "daemonsets": {"apiVersion": "apps/v1", "kind": "DaemonSet", "spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "jobs": {"apiVersion": "batch/v1", "kind": "Job", "spec": {"completions": 1, "template": TEMPLATE}},
    "leases": {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": {"leaseDurationSeconds": 5}},
}
ODD = [
    None, True, False, 0, -1, 1, 65536, 2**31, 2**53, 2**63, -(2**63), 2**64, 1e308, -0.0, 0.1, "", " ", "\0",
    "a" * 300, "../..", "%00", "\ud83d\ude00", "\u202e", "1Gi", "-5", "99999999999999999999E", "0x10", "true", [], {},
    [[]], [None], {"": ""}, {"a": {"b": {"c": []}}}, "10.96.0.1", "::1", "2026-02-30T25:61:61Z", "$patch", "NaN",
    "é" * 100,
]  # fmt: skip
KINDS = [
    "application/json",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "text/plain",
    "",
    "application/json; charset=utf-16",
    "application/json;;;=",
    "*/*",
]
ACCEPTS = [
    "application/json",
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    "application/json;as=Table;v=v9;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/vnd.kubernetes.protobuf",
    "application/json;as=;v=;g=",
    "application/yaml",
    "image/png",
    "*/*;q=nan",
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    "",
]


def odd(rng):
    """A copy: what is drawn is changed later."""
    return copy.deepcopy(rng.choice(ODD))


def noise(rng, most=200):
    return rng.randbytes(rng.randrange(most))


def places(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], path + (key,))


def damaged(rng, value):
    """A copy with some places replaced, removed, doubled, or deepened."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        path = rng.choice(list(places(value)))
        if not path:
            continue
        parent = value
        for key in path[:-1]:
            parent = parent[key]
        choice = rng.randrange(6)
        if choice == 0:
            del parent[path[-1]]
        elif choice == 1 and isinstance(parent, list):
            parent.extend([parent[path[-1]]] * rng.choice((1, 50)))
        elif choice == 1:
            parent[rng.choice(("", "spec", "metadata", "\0", "x" * 300, "$patch", "status"))] = parent[path[-1]]
        elif choice == 2:
            deep = parent[path[-1]]
            for _ in range(rng.choice((3, 500, 2000))):
                deep = [deep] if rng.random() < 0.5 else {"a": deep}
            parent[path[-1]] = deep
            break
        else:
            parent[path[-1]] = odd(rng)
    return value


def scrambled(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 3, 20))):
        at = rng.randrange(len(data) + 1)
        choice = rng.randrange(4)
        if choice == 0:
            data[at:at] = noise(rng, 9)
        elif choice == 1:
            del data[at : at + rng.randrange(1, 9)]
        elif choice == 2 and at < len(data):
            data[at] = rng.randrange(256)
        else:
            data[at:at] = data[max(0, at - 40) : at]
    return bytes(data)


def tame(data):
    """Thousands of pods are no test of the parser: a number of them that the API would take becomes a small one."""
    return re.sub(
        rb'("?(?:replicas|completions|parallelism|count)"?\s*:\s*)(\d{2,9})\b', lambda match: match[1] + b"3", data
    )


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def protobuf(rng, name):
    """A ConfigMap as kubectl sends it, or what only begins like one."""
    metadata = field(1, field(1, name.encode()) + field(11, field(1, b"a") + field(2, b"b")))
    raw = metadata + field(2, field(1, b"k") + field(2, b"v" * rng.choice((1, 1000))))
    if rng.random() < 0.6:
        raw = scrambled(rng, raw)
    if rng.random() < 0.2:
        for _ in range(rng.choice((10, 3000))):
            raw = field(1, raw)
    kind = rng.choice((b"ConfigMap", b"ConfigMap", b"Deployment", b"Secret", b"Nothing", b"", b"\xff\xfe"))
    body = b"k8s\0" + field(1, field(1, rng.choice((b"v1", b"apps/v1", b""))) + field(2, kind)) + field(2, raw)
    return scrambled(rng, body) if rng.random() < 0.3 else body


def body(rng, name):
    """A kind of resource, its content type and a body."""
    resource = rng.choice(list(BASES))
    document = dict(BASES[resource], metadata={"name": name, "namespace": "fuzz", "labels": {"app": "fuzz"}})
    if rng.random() < 0.05:
        document["metadata"]["annotations"] = {str(n): "x" * 1000 for n in range(rng.choice((10, 300, 4000)))}
    choice = rng.randrange(8)
    if choice == 0:
        return "configmaps", "application/vnd.kubernetes.protobuf", protobuf(rng, name)
    text = json.dumps(damaged(rng, document)).encode()
    if choice == 1:
        return resource, "application/yaml", yaml(rng, text)
    if choice <= 3:
        text = scrambled(rng, text)
    if choice == 4:
        text = rng.choice((b"", b"null", b"[]", b'"', b"{" * 5000, b"[" * 100000, b"\xef\xbb\xbf{}", b'{"a":1e999999}',
                           b'{"kind":"List","apiVersion":"v1","items":[{}]}', noise(rng), text + text))  # fmt: skip
    return resource, "application/json" if rng.random() < 0.8 else rng.choice(KINDS), tame(text)


def yaml(rng, text):
    return rng.choice(
        (
            text,
            tame(scrambled(rng, text)),
            b"a: &a [x,x,x,x,x,x,x,x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 8)) for c in range(97, 110)),
            b"- " * rng.choice((10, 50000)),
            b"? " * 1000,
            b"a: !!binary ////\n<<: *nothing\n",
            b"---\n---\n...\n%YAML 9.9\n",
            b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata:\n  a: |\n" + noise(rng),
            b"a: &a\n  b: *a\n",
            b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tab\n",
        )
    )


def patch(rng, name):
    kind = rng.choice(KINDS[1:6])
    if kind == "application/json-patch+json":
        operations = [
            {
                "op": rng.choice(("add", "remove", "replace", "move", "copy", "test", "", None)),
                "path": rng.choice(("", "/", "/spec/replicas", "/metadata/name", "/metadata/labels/a~1b~", "/data/-",
                                    "/spec/ports/-", "/spec/ports/99999999999999999999", "/metadata", "~", 7)),
                "from": rng.choice(("", "/metadata", "/spec", "/data/a", "/spec/template")),
                "value": odd(rng),
            }
            for _ in range(rng.choice((0, 1, 3, 2000)))
        ]  # fmt: skip
        return kind, tame(json.dumps(operations).encode())
    resource = rng.choice(list(BASES))
    document = damaged(rng, dict(BASES[resource], metadata={"name": name}))
    if isinstance(document, dict) and rng.random() < 0.3:
        document.update(
            rng.choice(
                (
                    {"$patch": "delete"},
                    {"$patch": odd(rng)},
                    {"$retainKeys": odd(rng)},
                    {"$setElementOrder/ports": odd(rng)},
                    {"$deleteFromPrimitiveList/finalizers": odd(rng)},
                    {"metadata": {"finalizers": odd(rng), "ownerReferences": odd(rng)}},
                    {"metadata": {"managedFields": [{"fieldsV1": odd(rng), "manager": odd(rng)}]}},
                )
            )
        )
    text = json.dumps(document).encode()
    return kind, tame(scrambled(rng, text) if rng.random() < 0.3 else text)


def query(rng):
    names = {
        "resourceVersion": ("0", "1", "-1", "99999999999999999999", "x", ""),
        "resourceVersionMatch": ("Exact", "NotOlderThan", "x"),
        "timeoutSeconds": ("0", "1", "-1", "99999999999999999999", "x"),
        "watch": ("true", "1", "x", "false"),
        "allowWatchBookmarks": ("true", "x"),
        "sendInitialEvents": ("true", "false", "x"),
        "labelSelector": ("a", "!a", "a in (b", "a in ()", "a==", "=,=", "a,b,c" * 500, "a notin (b,c)", "\0", "é=é"),
        "fieldSelector": ("metadata.name=x", "status.phase!=Running", "x", "=", "spec.nodeName=", "a=b,c!=d," * 300),
        "limit": ("0", "1", "-1", "99999999999999999999", "x"),
        "continue": ("x", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", base64.b64encode(noise(rng)).decode(), "A" * 5000),
        "includeObject": ("None", "Object", "x"),
        "fieldValidation": ("Strict", "Warn", "Ignore", "x"),
        "fieldManager": ("me", "x" * 500, "\0"),
        "force": ("true", "x"),
        "dryRun": ("All", "x", ""),
        "gracePeriodSeconds": ("0", "-1", "99999999999999999999"),
        "propagationPolicy": ("Orphan", "Foreground", "Background", "x"),
        "pretty": ("true", "x"),
        "command": ("sh", ""),
        "tailLines": ("1", "-1", "x"),
        "sinceSeconds": ("1", "-1", "99999999999999999999", "x"),
        "sinceTime": ("2026-01-01T00:00:00Z", "x"),
        "limitBytes": ("0", "-1", "5"),
        "follow": ("false", "x"),
        "timestamps": ("true", "x"),
        "container": ("a", "x", "../x"),
    }
    chosen = [(name, rng.choice(names[name])) for name in rng.sample(list(names), rng.choice((0, 1, 2, 4)))]
    text = urllib.parse.urlencode(chosen)
    return text if rng.random() < 0.8 else rng.choice((text + "&%zz=%", "&&&=&", "a" * 10000, text.replace("%", "%%")))


def path(rng, name):
    base = rng.choice(READ)
    choice = rng.randrange(10)
    if choice <= 2:
        base += "/" + rng.choice((name, "hello-app", "kind-worker", "nobody"))
        base += rng.choice(("", "", "/status", "/scale", "/log", "/exec", "/eviction", "/nothing", "/status/status"))
    elif choice == 3:
        base += rng.choice(("/", "//", "/../../..", "/%2e%2e/%2e%2e", "/%00", "/%", "/%ff%fe", "/é", "/ ", "/a" * 999))
    elif choice == 4:
        base = scrambled(rng, base.encode()).decode("latin-1")
    return base


def spdy(rng):
    """A frame: SYN_STREAM and others, with headers that are no compressed headers, or data."""
    if rng.random() < 0.3:
        return struct.pack(">II", rng.randrange(1 << 31), rng.choice((0, 5, 0xFFFFFF))) + noise(rng, 30)
    payload = struct.pack(">IIH", rng.randrange(1 << 32), 0, 0) + noise(rng, 60)
    return struct.pack(">HHI", 0x8003, rng.randrange(12), rng.choice((len(payload), 0xFFFFFF, 0))) + payload


def frame(rng):
    data = rng.choice((noise(rng, 100), bytes([rng.randrange(6)]) + noise(rng, 50), b"\xff\x00", b'\x04{"Width":-1}'))
    mask = rng.randbytes(4)
    length = rng.choice((len(data), len(data), 126, 127))
    top = bytes([rng.choice((0x82, 0x81, 0x88, 0x89, 0x02, 0x80, 0xF3)), 128 | length])
    if length == 127:
        top += struct.pack(">Q", rng.choice((len(data), 1 << 62, (1 << 64) - 1)))
    return top + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
