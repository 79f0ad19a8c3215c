import KubernetesModel
import NetworkModel
import PodLifecycle
import Synchronization
import Testing
import Workloads

@Suite("Probes")
struct ProbeTests {
    private let exec = Probe(exec: ExecAction(command: ["true"]), periodSeconds: 5, failureThreshold: 2)

    @Test("readiness decides Ready after its thresholds, and restarts nothing")
    func readiness() throws {
        let fixture = WorkersFixture()
        fixture.runtime.state.withLock { $0.exitCode = 1 }
        var probe = exec
        probe.initialDelaySeconds = 3
        probe.successThreshold = 2
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(readiness: probe)))
        #expect(fixture.condition("Ready")?.message == "containers with unready status: [c]")
        #expect(fixture.condition("Ready")?.reason == "ContainersNotReady")
        fixture.advance(2.9)
        #expect(fixture.runtime.state.withLock { $0.probed } == 0)
        fixture.runtime.state.withLock { $0.exitCode = 0 }
        fixture.advance(0.1)
        #expect(fixture.condition("Ready")?.status == "False", "one success of two")
        fixture.advance(5)
        #expect(fixture.condition("Ready")?.status == "True")
        fixture.runtime.state.withLock { $0.exitCode = 1 }
        fixture.advance(5)
        #expect(fixture.condition("Ready")?.status == "True", "one failure of two")
        fixture.advance(5)
        #expect(fixture.condition("Ready")?.status == "False")
        #expect(fixture.runtime.state.withLock { $0.signals } == [])
    }

    @Test("liveness restarts the container: SIGTERM, and SIGKILL after the grace period")
    func liveness() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(liveness: exec)))
        #expect(fixture.condition("Ready")?.status == "True")
        fixture.runtime.state.withLock { $0.exitCode = 1 }
        fixture.advance(10)
        #expect(fixture.runtime.state.withLock { $0.signals } == [15])
        fixture.runtime.state.withLock { $0.exitCode = 0 }
        fixture.advance(30)
        #expect(fixture.runtime.state.withLock { $0.signals } == [15, 9])
        #expect(fixture.last?.status.containerStatuses?.first?.restartCount == 1)
        #expect(fixture.words.last == "Running")
    }

    @Test("until the startup probe has passed no other probe is asked, and its failure restarts")
    func startup() throws {
        let fixture = WorkersFixture()
        fixture.runtime.state.withLock { $0.exitCode = 1 }
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(liveness: exec, startup: exec)))
        #expect(fixture.runtime.state.withLock { $0.probed } == 1)
        #expect(fixture.last?.status.containerStatuses?.first?.started == false)
        fixture.runtime.state.withLock { $0.exitCode = 0 }
        fixture.advance(5)
        #expect(fixture.last?.status.containerStatuses?.first?.started == true)
        #expect(fixture.runtime.state.withLock { $0.probed } == 3)
    }

    @Test(
        "an HTTP probe passes with a status from 200 to 399",
        arguments: [
            ("HTTP/1.1 200 OK\r\n\r\n", nil), ("HTTP/1.1 302 Found\r\n\r\n", nil),
            ("HTTP/1.1 400 Bad\r\n", "HTTP probe failed with statuscode: 400"),
            ("HTTP/1.1 500 \r\n", "HTTP probe failed with statuscode: 500"),
            ("SSH-2.0-x\r\n", "Get \"http://10.0.0.7:80/z\": malformed HTTP response \"SSH-2.0-x\""),
            ("", "Get \"http://10.0.0.7:80/z\": EOF"),
        ] as [(String, String?)])
    func judgesHTTP(answer: String, failure: String?) throws {
        let (http, tcp) = (try probe("GET /z HTTP/1.1\r\n\r\n"), try probe(nil))
        let result = ConnectResult.answered(Array(answer.utf8))
        #expect(ProbeCheck.answer(result, of: http) == failure.map { .failure($0) } ?? .success)
        #expect(ProbeCheck.answer(result, of: tcp) == .success)
    }

    private func probe(_ request: String?) throws -> ConnectProbe {
        ConnectProbe(
            namespace: try #require(NamespaceName(rawValue: "lab.pod")), address: IPAddress(10, 0, 0, 7), port: 80,
            request: request.map { Array($0.utf8) }, timeout: 1)
    }

    @Test(
        "why there was no answer is said as Go says it",
        arguments: [
            (ConnectResult.refused, "dial tcp 10.0.0.7:80: connect: connection refused"),
            (.unreachable(errno: 113), "dial tcp 10.0.0.7:80: connect: no route to host"),
            (.unreachable(errno: 101), "dial tcp 10.0.0.7:80: connect: network is unreachable"),
        ])
    func connectionFailures(result: ConnectResult, words: String) throws {
        #expect(ProbeCheck.answer(result, of: try probe(nil)) == .failure(words))
        let http = try probe("GET / HTTP/1.1\r\n\r\n")
        #expect(ProbeCheck.answer(result, of: http) == .failure("Get \"http://10.0.0.7:80/\": \(words)"))
        #expect(ProbeCheck.answer(.timedOut, of: try probe(nil)) == .failure("dial tcp 10.0.0.7:80: i/o timeout"))
    }

    @Test("a probe's port may be a name, its host defaults to the pod's address")
    func resolvesTargets() throws {
        let namespace = try #require(NamespaceName(rawValue: "lab.pod"))
        let container = Container(name: "c", ports: [ContainerPort(name: "web", containerPort: 8081)])
        let probe = Probe(httpGet: HTTPGetAction(path: "healthz", port: "web"))
        let address = IPAddress(10, 0, 0, 7)
        let check = ProbeCheck(probe, of: container, namespace: namespace, address: address, timeout: 1)
        guard case .connection(let connection) = check else {
            Issue.record("\(check)")
            return
        }
        #expect(connection.address == address)
        #expect(connection.port == 8081)
        let request = String(decoding: connection.request ?? [], as: UTF8.self)
        #expect(request.hasPrefix("GET /healthz HTTP/1.1\r\nHost: 10.0.0.7:8081\r\n"))
        let missing = Probe(tcpSocket: TCPSocketAction(port: "no"))
        #expect(
            ProbeCheck(missing, of: container, namespace: namespace, address: address, timeout: 1)
                == .impossible("couldn't find port: no"))
    }
}
