import NetlabTestSupport
import Testing

/// The Kubernetes API as a client without kubectl sees it; kubectl, Helm and client libraries: scripts/test-clients.
@Suite(.enabled(if: KernelTestGate.canRun)) struct APITests {
    /// A client that has the lab's kubeconfig.
    private struct Client {
        let lab: LabUp
        let directory: String

        init(_ lab: LabUp) throws {
            self.lab = lab
            directory = try lab.machine.shell("mktemp -d").split(separator: "\n").joined()
            let taken = """
                cd \(directory)
                NETLAB_LAB=\(lab.name) \(Repository.netlab) kubeconfig > kubeconfig
                for part in certificate-authority client-certificate client-key; do
                    sed -n "s/.*$part-data: //p" kubeconfig | base64 -d > $part
                done
                sed -n 's/.*server: //p' kubeconfig > server
                """
            _ = try lab.machine.shell(taken)
        }

        /// What curl prints; `words` begin with the path.
        func curl(_ words: String, certificate: Bool = true) throws -> String {
            let identity = certificate ? "--cert client-certificate --key client-key" : ""
            return try lab.machine.shell(
                "cd \(directory); curl -sS -m 20 --cacert certificate-authority \(identity) \"$(cat server)\"\(words)")
        }

        func code(_ words: String, certificate: Bool = true) throws -> String {
            try curl("\(words) -o /dev/null -w '%{http_code}'", certificate: certificate)
        }

        func remove() { _ = try? lab.machine.shell("rm -rf \(directory)") }
    }

    private func withClient(_ name: String = "three-node", _ body: (LabUp, Client) throws -> Void) throws {
        try withLabUp(name) { lab in
            let client = try Client(lab)
            defer { client.remove() }
            try body(lab, client)
        }
    }

    @Test("who has no certificate of the lab's gets 401 and nothing else, by any path and with any token")
    func unauthorized() throws {
        try withClient { _, client throws in
            #expect(try client.code("/api/v1/nodes") == "200")
            for path in ["/api/v1/nodes", "/version", "/healthz", "/nothing", "/apis/apps/v1/deployments"] {
                #expect(try client.code(path, certificate: false) == "401", "\(path)")
            }
            #expect(try client.code("/api/v1/nodes -H 'Authorization: Bearer x'", certificate: false) == "401")
            // Somebody else's certificate ends the handshake.
            let forged = try client.lab.machine.shell(
                """
                cd \(client.directory)
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout other.key -out other.crt \
                    -subj /O=system:masters/CN=kubernetes-admin 2>/dev/null
                curl -s -m 20 --cacert certificate-authority --cert other.crt --key other.key "$(cat server)/version" \
                    -o /dev/null -w '%{http_code}' || true
                """)
            #expect(forged == "000" || forged == "401", "\(forged)")
        }
    }

    @Test("kubeconfig and keys are root's alone, in the lab's directory and nowhere else")
    func modes() throws {
        try withClient { lab, _ throws in
            let modes = try lab.machine.shell("cd /run/netlab/\(lab.name); stat -c '%a %n' kubeconfig pki.json")
            #expect(modes == "600 kubeconfig\n600 pki.json\n")
        }
    }

    @Test(
        "nodes and pods reach the API at the control plane's address and at 10.96.0.1, under names its certificate has")
    func inside() throws {
        try withClient { lab, client throws in
            for url in ["https://172.18.0.4:6443/version", "https://10.96.0.1:443/version"] {
                let words = """
                    cd \(client.directory); curl -sS -m 20 --cacert certificate-authority --cert client-certificate \
                    --key client-key \(url)
                    """
                #expect(
                    try lab.netlab("exec", "kind-worker", "--", "bash", "-c", words).output.contains("v1.25.3"),
                    "\(url)")
            }
            let refused = "curl -sk -m 20 https://10.96.0.1/version -o /dev/null -w '%{http_code}'"
            let pod = try lab.netlab("get", "pods", "-o", "name").output.split(separator: "\n").first?.split(
                separator: "/"
            ).last
            let name = String(pod ?? "")
            #expect(try lab.netlab("exec", name, "--", "bash", "-c", refused).output == "401")
        }
    }

    @Test("what a client writes reaches pods, endpoints and the proxy; what it watches tells so, in order")
    func writing() throws {
        try withClient { lab, client throws in
            let deployment = #"""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":1,
                "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                "spec":{"containers":[{"name":"a","image":"hello-app:1.0"}]}}}}
                """#
            let collection = "/apis/apps/v1/namespaces/default/deployments"
            #expect(try client.code("\(collection) -H 'Content-Type: application/json' -d '\(deployment)'") == "201")
            #expect(try client.code("\(collection) -H 'Content-Type: application/json' -d '\(deployment)'") == "409")
            let service = #"""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"10.96.7.7",
                "selector":{"app":"web"},"ports":[{"port":80,"targetPort":8080}]}}
                """#
            #expect(
                try client.code(
                    "/api/v1/namespaces/default/services -H 'Content-Type: application/json' -d '\(service)'") == "201")
            try eventually("the service answers") {
                try lab.netlab("exec", "kind-worker2", "--", "curl", "-s", "-m", "2", "10.96.7.7").output.contains(
                    "Hello")
            }
            let watched = try client.curl(
                "'/api/v1/pods?watch=true&timeoutSeconds=1&labelSelector=app%3Dweb&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'"
            )
            let lines = watched.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix(#"{"type":"ADDED""#))
            #expect(lines.last?.contains("initial-events-end") == true)
            #expect(try client.code("'/api/v1/pods?watch=true&timeoutSeconds=1&resourceVersion=99999999999'") == "200")
            #expect(try client.code("\(collection)/web -X DELETE") == "200")
            try eventually("nobody is behind the service") {
                try lab.netlab("exec", "kind-worker2", "--", "curl", "-s", "-m", "2", "10.96.7.7").exitCode != 0
            }
        }
    }

    @Test(
        "an object that was acknowledged is there after the daemon was killed, at the same address and under the same key"
    )
    func killed() throws {
        try withClient("single-node") { lab, client throws in
            for number in 1...20 {
                let object = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c\#(number)"}}"#
                #expect(
                    try client.code(
                        "/api/v1/namespaces/default/configmaps -H 'Content-Type: application/json' -d '\(object)'")
                        == "201")
            }
            try lab.killDaemon()
            #expect(try lab.machine.netlab("up", lab.name, "-q").exitCode == 0)
            let names = try client.curl("/api/v1/namespaces/default/configmaps")
            for number in 1...20 { #expect(names.contains(#""name":"c\#(number)""#)) }
        }
    }

    @Test(
        "pods of a client are held to what whoever started the lab allowed: nothing privileged, no program of the host")
    func admission() throws {
        try withClient("single-node") { lab, client throws in
            func pod(_ container: String) throws -> String {
                let object =
                    #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[\#(container)]}}"#
                return try client.code(
                    "/api/v1/namespaces/default/pods -H 'Content-Type: application/json' -d '\(object)'")
            }
            #expect(
                try pod(#"{"name":"a","image":"x","command":["id"],"securityContext":{"privileged":true}}"#) == "422")
            #expect(
                try pod(
                    #"{"name":"a","image":"x","command":["id"],"securityContext":{"capabilities":{"add":["SYS_ADMIN"]}}}"#
                )
                    == "422")
            #expect(try pod(#"{"name":"../../x","image":"hello-app"}"#) == "422")
            #expect(try pod(#"{"name":"a","image":"x","command":["sleep","60"]}"#) == "201")
            #expect(try lab.machine.netlab("up", lab.name, "-q", "--no-host-commands").exitCode == 0)
            #expect(try client.code("/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0 -X DELETE") == "200")
            #expect(try pod(#"{"name":"a","image":"x","command":["sleep","60"]}"#) == "422")
            #expect(try pod(#"{"name":"a","image":"hello-app:1.0"}"#) == "201")
        }
    }

    @Test("a node that a client deletes goes with its pods, routes and namespace; up brings it back")
    func nodeDeletion() throws {
        try withClient { lab, client throws in
            #expect(try client.code("/api/v1/nodes/kind-worker2 -X DELETE") == "200")
            try eventually("the node's namespace is gone") {
                try !lab.machine.shell("ip netns list").contains("\(lab.name).kind-worker2 ")
                    && !lab.machine.shell("ip netns list").hasSuffix("\(lab.name).kind-worker2\n")
            }
            try eventually("its pod runs elsewhere") {
                let pods = try client.curl(
                    "'/api/v1/pods?fieldSelector=spec.nodeName%3Dkind-worker,status.phase%3DRunning'")
                return pods.split(separator: "\"podIP\":").count == 3
            }
            #expect(!(try client.curl("/apis/cilium.io/v2/ciliumnodes").contains("kind-worker2")))
            let without = try lab.ip("kind-worker", "route").joined()
            #expect(!without.contains("10.0.2.0/24"))
            #expect(try lab.machine.netlab("up", lab.name, "-q").exitCode == 0)
            let with = try lab.ip("kind-worker", "route").joined()
            #expect(with.contains("10.0.2.0/24"))
        }
    }

    @Test("of many who write one object at once none is lost, and who writes over what he has not seen is refused")
    func writers() throws {
        try withClient("single-node") { _, client throws in
            let path = "/api/v1/namespaces/default/configmaps"
            let map = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shared"}}"#
            let json = "-H 'Content-Type: application/json'"
            let old = try client.curl("\(path) \(json) -d '\(map)'")
            let all = """
                cd \(client.directory)
                for i in $(seq 24); do
                    curl -sS -m 20 --cacert certificate-authority --cert client-certificate --key client-key \
                        "$(cat server)\(path)/shared" -X PATCH -H 'Content-Type: application/merge-patch+json' \
                        -d '{"data":{"key-'$i'":"x"}}' -o /dev/null -w '%{http_code} ' &
                done; wait
                """
            let codes = try client.lab.machine.shell(all).split(separator: " ")
            #expect(codes.count == 24 && codes.allSatisfy { $0 == "200" }, "\(codes)")
            let now = try client.curl("\(path)/shared")
            #expect((1...24).allSatisfy { now.contains("\"key-\($0)\":\"x\"") })
            #expect(try client.code("\(path)/shared -X PUT \(json) -d '\(old)'") == "409")
            #expect(try client.code("\(path)/shared -X PUT \(json) -d '\(now)'") == "200")
        }
    }

    @Test(
        "a watch from a revision that is forgotten gets 410, one from a present one goes on, over a kill of the daemon")
    func expiry() throws {
        try withClient("single-node") { lab, client throws in
            let old = try lab.machine.shell(
                """
                cd \(client.directory); curl -sS -m 20 --cacert certificate-authority --cert client-certificate \
                    --key client-key "$(cat server)/api/v1/nodes?limit=1" \
                    | python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["resourceVersion"], end="")'
                """)
            try lab.killDaemon()
            #expect(try lab.machine.netlab("up", lab.name, "-q").exitCode == 0)
            let watch = "'/api/v1/pods?watch=true&timeoutSeconds=1&resourceVersion="
            let first = try #require(Int64(old))
            #expect(try client.code("\(watch)\(first - 1)'") == "410")
            #expect(try client.curl("\(watch)1'").contains("\"reason\":\"Expired\""))
            #expect(try client.code("\(watch)99999999'") == "200")
        }
    }

    @Test("Cilium's endpoints are the pods with an address, listed and watched")
    func endpoints() throws {
        try withClient { _, client throws in
            let list = try client.curl("/apis/cilium.io/v2/namespaces/default/ciliumendpoints")
            #expect(list.split(separator: "\"state\":\"ready\"").count == 3)
            let watched = try client.curl(
                "'/apis/cilium.io/v2/ciliumendpoints?watch=true&timeoutSeconds=1'")
            #expect(watched.split(separator: "\n").count == 2)
            #expect(try client.code("/apis/cilium.io/v2/namespaces/default/ciliumendpoints -X POST -d '{}'") == "405")
        }
    }

    @Test("bodies, headers and numbers beyond reason are refused, and the server goes on")
    func limits() throws {
        try withClient("single-node") { _, client throws in
            let large = "-H 'Content-Type: application/json' --data-binary @<(head -c 4000000 /dev/zero)"
            #expect(try client.code("/api/v1/namespaces/default/configmaps \(large)") == "413")
            _ = try? client.code("/version -H \"X: $(head -c 120000 /dev/zero | tr '\\0' a)\"")
            for path in [
                "/api/v1/namespaces/..%2f..%2fetc/pods/x", "/api/v1/namespaces/default/pods/%2e%2e/log",
                "'/api/v1/pods?limit=-1'", "'/api/v1/pods?continue=***'", "'/api/v1/pods?watch=true&resourceVersion=x'",
                "'/api/v1/pods?fieldSelector=a'", "/%00",
            ] {
                let code = try client.code(path)
                #expect(["200", "400", "404"].contains(code), "\(path): \(code)")
            }
            #expect(try client.code("/readyz") == "200")
        }
    }

    @Test("up --kubeconfig adds the context to a user's file, down takes it out, and what else it holds stays")
    func merging() throws {
        try Machine.with { machine throws in
            let file = try machine.shell("mktemp").split(separator: "\n").joined()
            defer { _ = try? machine.shell("rm -f \(file)") }
            _ = try machine.shell(
                """
                cat > \(file) <<'EOF'
                apiVersion: v1
                kind: Config
                clusters: [{name: other, cluster: {server: "https://10.9.9.9:6443"}}]
                contexts: [{name: other, context: {cluster: other, user: other}}]
                users: [{name: other, user: {token: secret}}]
                current-context: other
                EOF
                chown 1234:1234 \(file); chmod 640 \(file)
                """)
            let up = try machine.netlab("up", "single-node", "--kubeconfig", file)
            #expect(up.exitCode == 0, "\(up.transcript)")
            let merged = try machine.shell("cat \(file); stat -c '%u:%g %a' \(file)")
            #expect(merged.contains("current-context: kind-single-node") && merged.contains("token: secret"))
            #expect(merged.contains("client-key-data") && merged.hasSuffix("1234:1234 640\n"))
            #expect(try machine.netlab("down", "single-node").exitCode == 0)
            let left = try machine.shell("cat \(file)")
            #expect(!left.contains("single-node") && left.contains("token: secret") && left.contains("name: other"))
        }
    }
}
