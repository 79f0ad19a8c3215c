import KubernetesModel
import PodLifecycle
import Synchronization
import Testing
import Workloads

/// What kubelet 1.25 tells of pods, word by word.
@Suite("Events of pods")
struct PodEventTests {
    private static let start = [
        "Normal Pulled Container image \"hello-app:1.0\" already present on machine",
        "Normal Created Created container c", "Normal Started Started container c",
    ]

    @Test("a start and an end, each told once")
    func startAndEnd() throws {
        let fixture = WorkersFixture()
        var pod = WorkersFixture.pod(WorkersFixture.container())
        try fixture.sync(pod)
        try fixture.sync(pod)
        #expect(fixture.told == Self.start)
        #expect(fixture.paths == ["spec.containers{c}"])
        pod.metadata.deletionTimestamp = Timestamp(seconds: 1)
        pod.metadata.deletionGracePeriodSeconds = 30
        try fixture.sync(pod)
        #expect(fixture.told == Self.start + ["Normal Killing Stopping container c"])
        fixture.end(code: 0)
        #expect(fixture.told.count == 4 && fixture.last?.isGone == true)
    }

    @Test("an init container's path is its own")
    func initContainers() throws {
        let fixture = WorkersFixture()
        let first = WorkersFixture.container("first")
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(), initContainers: [first]))
        #expect(fixture.paths == ["spec.initContainers{first}"])
        #expect(fixture.told.last == "Normal Started Started container first")
        fixture.end("first", code: 0)
        #expect(fixture.paths == ["spec.initContainers{first}", "spec.containers{c}"])
    }

    @Test("a container that keeps ending backs off, told once each time")
    func backOff() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container()))
        fixture.end(code: 1)
        #expect(fixture.told == Self.start + Self.start, "the first restart waits for nothing")
        fixture.end(attempt: 1, code: 1)
        let backOff = "Warning BackOff Back-off restarting failed container"
        #expect(fixture.told == Self.start + Self.start + [backOff])
        fixture.advance(5)
        #expect(fixture.told.count { $0 == backOff } == 1)
    }

    @Test("a probe that fails says why, and a liveness probe what becomes of it")
    func probes() throws {
        let fixture = WorkersFixture()
        let exec = Probe(exec: ExecAction(command: ["cat"]), periodSeconds: 5, failureThreshold: 2)
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(liveness: exec)))
        fixture.runtime.state.withLock { ($0.exitCode, $0.output) = (1, "no such file\n") }
        fixture.advance(10)
        let failure = "Warning Unhealthy Liveness probe failed: no such file\n"
        let killing = "Normal Killing Container c failed liveness probe, will be restarted"
        #expect(fixture.told == Self.start + [failure, failure, killing])
    }

    @Test("a probe by HTTP or TCP, and one that cannot be asked")
    func connections() throws {
        let fixture = WorkersFixture()
        let http = Probe(httpGet: HTTPGetAction(path: "/healthz", port: 8080))
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(readiness: http)))
        let refused = "dial tcp 10.0.0.7:8080: connect: connection refused"
        #expect(
            fixture.told.last
                == "Warning Unhealthy Readiness probe failed: Get \"http://10.0.0.7:8080/healthz\": \(refused)")
        let named = WorkersFixture()
        let unknown = Probe(httpGet: HTTPGetAction(path: "/", port: "web"))
        try named.sync(WorkersFixture.pod(WorkersFixture.container(startup: unknown)))
        #expect(named.told.last == "Warning Unhealthy Startup probe errored: couldn't find port: web")
    }

    @Test("an image that is not to be had")
    func images() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(Container(name: "c", image: "nginx")))
        #expect(
            fixture.told == [
                "Warning Failed Failed to pull image \"nginx\": images are not pulled; give the container a command",
                "Warning Failed Error: ErrImagePull", "Normal BackOff Back-off pulling image \"nginx\"",
                "Warning Failed Error: ImagePullBackOff",
            ])
        let never = WorkersFixture()
        try never.sync(WorkersFixture.pod(Container(name: "c", image: "nginx", imagePullPolicy: "Never")))
        #expect(
            never.told == [
                "Warning ErrImageNeverPull Container image \"nginx\" is not present with pull policy of Never",
                "Warning Failed Error: ErrImageNeverPull",
            ])
    }

    @Test("a program that cannot be executed was created, and failed")
    func startError() throws {
        let fixture = WorkersFixture()
        fixture.runtime.state.withLock {
            $0.failure = .failed(reason: "StartError", message: "exec: \"nosuch\": not found")
        }
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(), policy: "Never"))
        #expect(fixture.told == Array(Self.start.prefix(2)) + ["Warning Failed Error: exec: \"nosuch\": not found"])
    }

    @Test("a daemon that takes up running containers tells nothing of their start again")
    func takenUp() throws {
        let fixture = WorkersFixture()
        let pod = WorkersFixture.pod(WorkersFixture.container())
        try fixture.sync(pod)
        let next = WorkersFixture(runtime: fixture.runtime)
        try next.sync(pod)
        #expect(next.told == [])
        #expect(next.words.last == "Running")
    }
}
