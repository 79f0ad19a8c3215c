import Glibc
import NetlabTestSupport
import NetworkModel
import PodLifecycle
import Testing

@testable import LinuxKernel

@Suite("Commands and probes inside containers", .enabled(if: KernelTestGate.canRun), .timeLimit(.minutes(1)))
struct ContainerCommandTests {
    @Test("an exec runs in the container's namespaces, and its exit code is passed on")
    func runsInside() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1006"]), environment: ["COLOUR": "green"])
            try fixture.runtime.start(spec)
            let script = "hostname; cat /etc/resolv.conf; echo $COLOUR; ls /sys/class/net; cat /proc/1/comm; exit 3"
            let result = try fixture.runtime.run(["sh", "-c", script], in: spec.id, timeout: 20)
            #expect(result.exitCode == 3)
            #expect(!result.timedOut)
            #expect(
                String(decoding: result.output, as: UTF8.self)
                    == "pod-\(fixture.name)\nnameserver 10.96.0.10\ngreen\nlo\nsleep\n")
        }
    }

    @Test("an exec of a program that is not there ends with 127, as docker exec does")
    func reportsMissingPrograms() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1007"]))
            try fixture.runtime.start(spec)
            let result = try fixture.runtime.run(["no-such-program"], in: spec.id, timeout: 20)
            #expect(result.exitCode == 127)
            #expect(
                String(decoding: result.output, as: UTF8.self)
                    == "netlab: exec: \"no-such-program\": executable file not found in $PATH\n")
        }
    }

    @Test("an exec that takes too long is killed")
    func killsSlowCommands() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1008"]))
            try fixture.runtime.start(spec)
            let result = try fixture.runtime.run(["sleep", "1009"], in: spec.id, timeout: 0.2)
            #expect(result.timedOut)
            let left = try fixture.runtime.run(["ps", "-o", "args=", "-e"], in: spec.id, timeout: 20)
            #expect(!String(decoding: left.output, as: UTF8.self).contains("1009"))
        }
    }

    @Test("an exec in a container that has ended is refused")
    func refusesEndedContainers() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.shell("c", "exit 0")
            _ = try fixture.runToEnd(spec)
            #expect {
                try fixture.runtime.run(["true"], in: spec.id, timeout: 1)
            } throws: {
                ($0 as? ContainerRuntimeError)?.errno == ESRCH
            }
        }
    }

    @Test("behaviour 7: hello-app answers its three lines and logs as Go does")
    func servesHelloApp() throws {
        try ContainerFixture.with { fixture in
            let image = "gcr.io/google-samples/hello-app:1.0"
            let spec = fixture.spec("c", .builtIn(image: image, arguments: []), environment: ["PORT": "9090"])
            try fixture.runtime.start(spec)
            let answer = try text(fixture, 9090, "GET /some/path?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let parts = answer.components(separatedBy: "\r\n\r\n")
            #expect(parts.last == "Hello, world!\nVersion: 1.0.0\nHostname: pod-\(fixture.name)\n")
            let head = parts[0].components(separatedBy: "\r\n")
            #expect(head[0] == "HTTP/1.1 200 OK")
            #expect(head.contains("Content-Type: text/plain; charset=utf-8"))
            // The shim carries the lines into the log, a moment after they were printed.
            for _ in 0..<1_000 where !fixture.log("c").hasSuffix("/some/path\n") { usleep(10_000) }
            let logged = fixture.log("c").split(separator: "\n").map { $0.split(separator: " ").dropFirst(2) }
            #expect(
                logged.map { $0.joined(separator: " ") } == [
                    "Server listening on port 9090", "Serving request: /some/path",
                ])
            try fixture.runtime.signal(spec.id, SIGTERM)
            fixture.ended.wait(for: spec.id)
            guard case .exited(code: 0, signal: 0, _, _) = fixture.runtime.status(spec.id) else {
                Issue.record("\(String(describing: fixture.runtime.status(spec.id)))")
                return
            }
        }
    }

    @Test("hello-app answers HEAD without a body, keeps connections alive, and 2.0 says so")
    func keepsConnectionsAlive() throws {
        try ContainerFixture.with { fixture in
            try fixture.runtime.start(fixture.spec("c", .builtIn(image: "hello-app:2.0", arguments: [])))
            let request = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let answer = try text(fixture, 8080, request)
            let body = "Hello, world!\nVersion: 2.0.0\nHostname: pod-\(fixture.name)\n"
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            #expect(answer.components(separatedBy: "Content-Length: \(body.utf8.count)\r\n").count == 3)
            #expect(answer.components(separatedBy: body).count == 2)
            #expect(answer.hasSuffix("\r\n\r\n" + body))
        }
    }

    @Test("netlab/echo tells the peer it saw, over HTTP and UDP")
    func echoesThePeer() throws {
        try ContainerFixture.with { fixture in
            try fixture.runtime.start(fixture.spec("c", .builtIn(image: "netlab/echo", arguments: [])))
            let plain = try text(fixture, 8080, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let lines = plain.components(separatedBy: "\r\n\r\n")[1].split(separator: "\n").map(String.init)
            try #require(lines.count == 4)
            #expect(lines[0] == "Hostname: pod-\(fixture.name)")
            #expect(lines[1].hasPrefix("Peer: 127.0.0.1:"))
            #expect(lines[2] == "Local: 127.0.0.1:8080")
            #expect(lines[3] == "Request: GET /a")
            let accept = "GET /a HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
            #expect(
                try text(fixture, 8080, accept).contains("\"hostname\":\"pod-\(fixture.name)\",\"peer\":\"127.0.0.1:"))

            let (answer, port) = try datagram(fixture, Array("hello".utf8))
            #expect(String(decoding: answer, as: UTF8.self) == "pod-\(fixture.name) 127.0.0.1:\(port) 5\nhello")
            let large = try datagram(fixture, [UInt8](repeating: 0x61, count: 65_000))
            #expect(large.answer.count > 65_000)
            let largest = try datagram(fixture, [UInt8](repeating: 0x61, count: 65_507))
            #expect(
                String(decoding: largest.answer, as: UTF8.self)
                    == "pod-\(fixture.name) 127.0.0.1:\(largest.port) 65507\n")
        }
    }

    @Test("a connection nobody accepts is refused; one that is not answered runs into its limit")
    func tellsFailuresApart() throws {
        try ContainerFixture.with { fixture in
            let address = IPAddress(127, 0, 0, 1)
            func probe(_ address: IPAddress, _ port: UInt16, _ request: [UInt8]?, _ timeout: Double)
                throws -> ConnectResult
            {
                try fixture.runtime.connect(
                    ConnectProbe(
                        namespace: fixture.namespace, address: address, port: port, request: request,
                        timeout: timeout))
            }
            #expect(try probe(address, 8080, nil, 5) == .refused)
            #expect(try probe(IPAddress(10, 9, 8, 7), 8080, nil, 5) == .unreachable(errno: ENETUNREACH))
            try fixture.runtime.start(fixture.spec("c", .builtIn(image: "netlab/echo", arguments: [])))
            #expect(try probe(address, 8080, nil, 5) == .answered([]))
            #expect(try probe(address, 8080, Array("GET".utf8), 0.2) == .timedOut)
        }
    }

    private func text(_ fixture: ContainerFixture, _ port: UInt16, _ request: String) throws -> String {
        let result = try fixture.runtime.connect(
            ConnectProbe(
                namespace: fixture.namespace, address: IPAddress(127, 0, 0, 1), port: port,
                request: Array(request.utf8), timeout: 20))
        guard case .answered(let bytes) = result else {
            Issue.record("\(result)")
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends a datagram to the echo from inside the namespace; the answer, and the port it was sent from.
    private func datagram(_ fixture: ContainerFixture, _ payload: [UInt8]) throws -> (answer: [UInt8], port: UInt16) {
        let namespace = try NamespaceFile.open(fixture.namespace)
        let socket = FileDescriptor(
            owning: try NamespaceThread.run(inNamespace: namespace.rawValue) { () -> Int32 in
                Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            })
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket.rawValue, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(8080).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(Glibc.connect(socket.rawValue, $0, size) == 0)
                try #require(send(socket.rawValue, payload, payload.count, 0) == payload.count)
                getsockname(socket.rawValue, $0, &size)
            }
        }
        var answer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket.rawValue, &answer, answer.count, 0)
        try #require(count > 0)
        return (Array(answer[..<count]), UInt16(bigEndian: address.sin_port))
    }
}

extension String {
    /// The parts between occurrences of a separator.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
