import Foundation
import NetlabTestSupport
import Testing

/// Every kind of Service of `labs/services`, from a pod and from a node.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ServicesLabTests {
    @Test("one port number carries TCP and UDP, each to the echo pods")
    func tcpAndUDPOnOnePort() throws {
        try withServices { lab, addresses throws in
            let echo = try #require(addresses["echo"])
            let hosts = try lab.pods.map(\.name).filter { $0.hasPrefix("echo-") }
            for place in ["kind-control-plane", "default_client"] {
                let http = try lab.curl(place, "\(echo):8080/some/path").trimmedLines
                #expect(http.count == 4 && http[3] == "Request: GET /some/path", "\(http)")
                #expect(hosts.contains { http[0] == "Hostname: \($0)" })
                let datagram = try lab.inside(place, "echo hi | socat -t2 - UDP:\(echo):8080")
                let lines = datagram.lines
                #expect(lines.count == 2 && lines[1] == "hi", "\(datagram.transcript)")
                #expect(hosts.contains { lines.first?.hasPrefix($0 + " ") == true }, "\(datagram.transcript)")
            }
        }
    }

    @Test("the largest datagram, 65,507 bytes, goes there and back")
    func largestDatagram() throws {
        try withServices { lab, addresses throws in
            let echo = try #require(addresses["echo"])
            // A device gives all of it in one read, where a pipe may not.
            let source = "OPEN:/dev/zero,readbytes=65507\\!\\!STDOUT"
            let line = "socat -b65507 -t2 \(source) UDP:\(echo):8080 2>/dev/null | head -1"
            let answer = try lab.inside("default_client", line)
            #expect(
                answer.output.hasPrefix("echo-") && answer.lines.first?.hasSuffix(" 65507") == true,
                "\(answer.transcript)")
        }
    }

    @Test("several ports lead to a named target port, another number in each version")
    func namedTargetPort() throws {
        try withServices { lab, addresses throws in
            let hello = try #require(addresses["hello"])
            for port in [80, 8080] {
                let line = "for i in $(seq 30); do curl -s --max-time 5 http://\(hello):\(port) | sed -n 2p; done"
                let versions = try lab.inside("default_client", line).lines
                #expect(versions.count == 30)
                #expect(Set(versions) == ["Version: 1.0.0", "Version: 2.0.0"])
            }
        }
    }

    @Test("session affinity keeps a client with one backend, from each place")
    func sessionAffinity() throws {
        try withServices { lab, addresses throws in
            let sticky = try #require(addresses["sticky"])
            for place in ["default_client", "kind-control-plane"] {
                let line = "for i in $(seq 20); do curl -s --max-time 5 http://\(sticky) | tail -1; done"
                let answers = try lab.inside(place, line).lines
                #expect(answers.count == 20 && Set(answers).count == 1, "\(Set(answers))")
            }
        }
    }

    @Test("a headless Service has no ClusterIP, and nothing is forwarded for it")
    func headless() throws {
        try withServices { lab, addresses throws in
            #expect(addresses["headless"] == "None")
            let entries = try lab.json("service", "list")["entries"]?.array ?? []
            #expect(!entries.isEmpty && !entries.contains { $0["service"]?.text == "headless" })
        }
    }

    @Test("a Service without endpoints refuses at once")
    func nobodyRefuses() throws {
        try withServices { lab, addresses throws in
            let nobody = try #require(addresses["nobody"])
            for place in ["default_client", "kind-worker"] { #expect(try lab.curl(place, nobody) == "curl: 7") }
        }
    }

    @Test("a Service without selector leads where its EndpointSlice says")
    func elsewhere() throws {
        try withServices { lab, addresses throws in
            let elsewhere = try #require(addresses["elsewhere"])
            #expect(try lab.curl("default_client", elsewhere).hasPrefix("curl: "))
            let server = [
                "exec", "-l", lab.name, "kind-worker2", "--", "socat", "TCP-LISTEN:9000,fork,reuseaddr",
                "SYSTEM:echo there",
            ]
            try lab.machine.start([Repository.netlab] + server)
            try eventually("the server listens") {
                try lab.inside("kind-worker2", "ss -Hltn 'sport = :9000'").output.contains("LISTEN")
            }
            let line = "timeout 5 bash -c 'exec 3<>/dev/tcp/\(elsewhere)/80; cat <&3'"
            #expect(try lab.inside("default_client", line).output == "there\n")
        }
    }

    @Test("the proxy follows a Deployment scaled to nothing and back")
    func scalingIsFollowed() throws {
        try LabCopy.with("services") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let hello = try #require(lab.clusterIPs()["hello"])
                let file = "manifests/20-hello.yaml"
                let text = try String(contentsOfFile: "\(copy.path)/\(file)", encoding: .utf8)
                func versions() throws -> Set<String> {
                    let line = "for i in $(seq 30); do curl -s --max-time 5 http://\(hello) | sed -n 2p; done"
                    return try Set(lab.inside("kind-worker", line).lines)
                }
                try copy.write(file, text.replacingOccurrences(of: "replicas: 1", with: "replicas: 0"))
                try lab.up()
                #expect(try lab.curl("kind-worker", hello) == "curl: 7")
                #expect(try lab.netlab("service", "list").exitCode == 0)
                try copy.write(file, text)
                try lab.up()
                #expect(try versions() == ["Version: 1.0.0", "Version: 2.0.0"])
            }
        }
    }

    private func withServices(_ body: (LabUp, [String: String]) throws -> Void) throws {
        try withLabUp("services") { lab throws in try body(lab, lab.clusterIPs()) }
    }
}

extension LabUp {
    /// `spec.clusterIP` by Service.
    func clusterIPs() throws -> [String: String] {
        var result: [String: String] = [:]
        for service in try json("services").array ?? [] {
            if let name = service["metadata"]?["name"]?.text { result[name] = service["spec"]?["clusterIP"]?.text }
        }
        return result
    }
}
