import KubernetesModel
import PodLifecycle
import Synchronization
import Testing
import Workloads

@Suite("Pod workers")
struct PodWorkersTests {
    @Test("a pod without probes is Ready as soon as its container runs, without any time passing")
    func startsAtOnce() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container()))
        #expect(fixture.words == ["ContainerCreating", "Running"])
        #expect(fixture.condition("Ready")?.status == "True")
        #expect(fixture.last?.status.podIP == "10.0.0.7")
        let spec = try #require(fixture.runtime.state.withLock { $0.specs.first })
        #expect(spec.program == .builtIn(image: "hello-app:1.0", arguments: []))
        #expect(spec.hostname == "p")
        #expect(spec.logPath == "/logs/u/c/0/log")
    }

    @Test("the same list again starts and reports nothing")
    func syncIsIdempotent() throws {
        let fixture = WorkersFixture()
        let pod = WorkersFixture.pod(WorkersFixture.container())
        try fixture.sync(pod)
        let reports = fixture.reports
        try fixture.sync(pod)
        #expect(fixture.reports == reports)
        #expect(fixture.runtime.state.withLock { $0.specs.count } == 1)
    }

    @Test("a crashing container is restarted at once, then after 10 s, 20 s, ... 300 s, and shows CrashLoopBackOff")
    func backsOff() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container()))
        fixture.end(code: 1)
        #expect(fixture.runtime.state.withLock { $0.specs.count } == 2)
        for (attempt, delay) in [10.0, 20, 40, 80, 160, 300, 300].enumerated() {
            fixture.end(attempt: attempt + 1, code: 1)
            #expect(fixture.words.last == "CrashLoopBackOff")
            fixture.advance(delay - 0.5)
            #expect(fixture.runtime.state.withLock { $0.specs.count } == attempt + 2)
            fixture.advance(0.5)
            #expect(fixture.runtime.state.withLock { $0.specs.count } == attempt + 3)
            #expect(fixture.words.last == "Running")
        }
        #expect(fixture.last?.status.containerStatuses?.first?.restartCount == 8)
        #expect(fixture.last?.status.containerStatuses?.first?.lastState?.terminated?.exitCode == 1)
        fixture.advance(601)
        fixture.end(attempt: 8, code: 1)
        #expect(fixture.words.last == "Running", "after ten minutes the back-off is forgotten")
        // Only the running attempt and the one before it are kept.
        #expect(Set(fixture.runtime.list().map(\.attempt)) == [8, 9])
    }

    @Test(
        "restart policies",
        arguments: [
            ("Always", Int32(0), "Running"), ("Always", 1, "Running"), ("OnFailure", 0, "Completed"),
            ("OnFailure", 1, "Running"), ("Never", 0, "Completed"), ("Never", 3, "Error"),
        ])
    func followsTheRestartPolicy(policy: String, code: Int32, word: String) throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(), policy: policy))
        fixture.end(code: code)
        #expect(fixture.words.last == word)
    }

    @Test("init containers run one after the other, before the others")
    func runsInitContainersInOrder() throws {
        let fixture = WorkersFixture()
        let initContainers = [WorkersFixture.container("a"), WorkersFixture.container("b")]
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(), initContainers: initContainers))
        func started() -> [String] { fixture.runtime.state.withLock { $0.specs.map(\.id.container) } }
        #expect(started() == ["a"])
        #expect(fixture.condition("Initialized")?.message == "containers with incomplete status: [a b]")
        fixture.end("a", code: 1)
        #expect(started() == ["a", "a"])
        fixture.end("a", attempt: 1, code: 0)
        #expect(started() == ["a", "a", "b"])
        fixture.end("b", code: 0)
        #expect(started() == ["a", "a", "b", "c"])
        #expect(fixture.words.last == "Running")
    }

    @Test("a deleted pod gets SIGTERM, after its grace period SIGKILL, and is gone once its containers are")
    func stopsDeletedPods() throws {
        let fixture = WorkersFixture()
        var pod = WorkersFixture.pod(WorkersFixture.container())
        try fixture.sync(pod)
        pod.metadata.deletionTimestamp = Timestamp(seconds: 1_700_000_030)
        pod.metadata.deletionGracePeriodSeconds = 30
        try fixture.sync(pod)
        #expect(fixture.runtime.state.withLock { $0.signals } == [15])
        fixture.advance(29)
        #expect(fixture.last?.isGone == false)
        fixture.advance(1)
        #expect(fixture.runtime.state.withLock { $0.signals } == [15, 9])
        #expect(fixture.last?.isGone == true)
        #expect(fixture.runtime.list() == [])
    }

    @Test("a pod that vanished from the list is stopped; one that ends by itself is not restarted meanwhile")
    func stopsVanishedPods() throws {
        let fixture = WorkersFixture()
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container()))
        try fixture.sync()
        fixture.end(code: 0)
        #expect(fixture.last?.isGone == true)
        #expect(fixture.runtime.state.withLock { $0.specs.count } == 1)
    }

    @Test("after a restart of the daemon running containers are taken up, not started again")
    func resumes() throws {
        let fixture = WorkersFixture()
        let pod = WorkersFixture.pod(WorkersFixture.container())
        try fixture.sync(pod)
        fixture.end(code: 1)
        let second = WorkersFixture(runtime: fixture.runtime)
        try second.sync(pod)
        #expect(second.words == ["Running"])
        #expect(second.last?.status.containerStatuses?.first?.restartCount == 1)
        #expect(fixture.runtime.state.withLock { $0.specs.count } == 2)
    }

    @Test("a program that cannot be started is a StartError with exit code 128")
    func reportsStartErrors() throws {
        let fixture = WorkersFixture()
        fixture.runtime.state.withLock { $0.failure = .failed(reason: "StartError", message: "exec: no") }
        try fixture.sync(WorkersFixture.pod(WorkersFixture.container(), policy: "Never"))
        #expect(fixture.words.last == "StartError")
        let ended = fixture.last?.status.containerStatuses?.first?.state?.terminated
        #expect(ended?.exitCode == 128)
        #expect(ended?.message == "exec: no")
    }

    @Test(
        "an image that is neither built in nor has a command is never started",
        arguments: [
            (nil, nil, "ImagePullBackOff"), ("Never", nil, "ErrImageNeverPull"), (nil, ["sleep", "1"], "Running"),
        ] as [(String?, [String]?, String)])
    func pullsNothing(pullPolicy: String?, command: [String]?, word: String) throws {
        let fixture = WorkersFixture()
        let container = Container(name: "c", image: "nginx", command: command, imagePullPolicy: pullPolicy)
        try fixture.sync(WorkersFixture.pod(container))
        #expect(fixture.words.last == word)
        #expect(fixture.last?.status.phase == (command == nil ? "Pending" : "Running"))
    }
}
