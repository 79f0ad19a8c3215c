import Glibc
import NetlabTestSupport
import NetworkModel
import PodLifecycle
import Synchronization
import Testing

@testable import LinuxKernel

/// A network namespace with loopback up, and a runtime over a directory of its own; all gone when the body ends.
struct ContainerFixture {
    let name = RandomName.lab()
    let namespace: NamespaceName
    let root: String
    let runtime: NamespacedProcesses
    let ended = EndedContainers()

    /// The built program, beside the test bundle.
    static let netlab: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let text = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/netlab"
    }()

    static func with(_ body: (ContainerFixture) throws -> Void) throws {
        let fixture = try ContainerFixture()
        defer { fixture.tearDown() }
        try body(fixture)
    }

    private init() throws {
        namespace = try #require(NamespaceName(rawValue: name))
        root = "/tmp/\(name)/containers"
        runtime = try NamespacedProcesses(root: root, executable: Self.netlab)
        let ended = ended
        runtime.onExit { ended.add($0) }
        try Self.tool("ip", "netns", "add", name)
        try Self.tool("ip", "-n", name, "link", "set", "lo", "up")
    }

    private func tearDown() {
        for id in runtime.list() { try? runtime.remove(id) }
        _ = try? Self.tool("ip", "netns", "del", name)
        _ = try? Self.tool("rm", "-rf", "/tmp/\(name)")
    }

    /// A container that runs a command and logs to /tmp/NAME/CONTAINER.log.
    func spec(_ container: String, _ program: ContainerSpec.Program, environment: [String: String] = [:])
        -> ContainerSpec
    {
        ContainerSpec(
            id: ContainerID(podUID: "uid-\(name)", container: container, attempt: 0), network: namespace,
            hostname: "pod-\(name)", program: program, environment: environment, workingDirectory: "/",
            hosts: "127.0.0.1\tlocalhost\n10.0.0.7\tpod-\(name)\n", resolvConf: "nameserver 10.96.0.10\n",
            logPath: "/tmp/\(name)/\(container).log")
    }

    func shell(_ container: String, _ script: String) -> ContainerSpec {
        spec(container, .command(["sh", "-c", script]))
    }

    func log(_ container: String) -> String {
        let bytes = (try? StateFile.read("/tmp/\(name)/\(container).log")) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Starts it and waits for its end.
    func runToEnd(_ spec: ContainerSpec) throws -> ContainerStatus? {
        try runtime.start(spec)
        ended.wait(for: spec.id)
        return runtime.status(spec.id)
    }

    @discardableResult
    static func tool(_ command: String...) throws -> Int32 {
        let null = FileDescriptor(owning: open("/dev/null", O_RDWR | O_CLOEXEC))
        let pid = try SpawnedProcess.start(
            .init(
                executable: "/usr/bin/env", arguments: ["env"] + command,
                environment: ["PATH": ProgramStart.defaultPath],
                descriptors: [null.rawValue, null.rawValue, 2], newSession: false))
        return WaitStatus(raw: SpawnedProcess.wait(pid) ?? -1).exitCode
    }
}

/// Remembers which containers were reported as ended.
final class EndedContainers: Sendable {
    private let ids = Mutex<Set<ContainerID>>([])

    func add(_ id: ContainerID) { ids.withLock { _ = $0.insert(id) } }

    /// Returns once the container has been reported; a test run's own time limit ends a wait in vain.
    func wait(for id: ContainerID) {
        while !ids.withLock({ $0.contains(id) }) { usleep(2000) }
    }
}
