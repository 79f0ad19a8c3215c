import Glibc
import NetworkPlanning
import PodLifecycle
import Synchronization
import Testing

@testable import LinuxKernel

@Suite struct ExitWatchTests {
    private func sleeper() throws -> pid_t {
        try SpawnedProcess.start(
            .init(
                executable: "/bin/sleep", arguments: ["sleep", "600"], environment: [:], descriptors: [],
                newSession: true))
    }

    private func id(_ name: String) -> ContainerID { ContainerID(podUID: "uid", container: name, attempt: 0) }

    private func pidfd(of pid: pid_t) throws -> FileDescriptor {
        guard let descriptor = ProcessIdentity(current: pid)?.open() else {
            throw KernelError(.notFound, "open process \(pid)")
        }
        return descriptor
    }

    /// A pidfd with this number or the next free one; it shares its open file with `original`.
    private func descriptor(sharing original: borrowing FileDescriptor, from number: Int32) -> Int32 {
        fcntl(original.rawValue, F_DUPFD_CLOEXEC, number)
    }

    @Test func everyEndIsReportedOnce() throws {
        let ended = Ended()
        let watch = try ExitWatch { ended.add($0) }
        defer { watch.stop() }
        let processes = try (0..<20).map { _ in try sleeper() }
        for (number, pid) in processes.enumerated() {
            try watch.add(try pidfd(of: pid), for: id("\(number)"), child: pid)
        }
        for pid in processes { kill(pid, SIGKILL) }
        #expect(ended.wait(for: 20).sorted() == (0..<20).map { "\($0)" }.sorted())
    }

    /// A child between its fork and its exec shares every descriptor of ours: what was closed here goes on being
    /// watched, under a number that is another process's by then. That one must neither count as ended nor be waited
    /// for, or no end would be reported any more.
    @Test func aClosedDescriptorThatSomebodySharesIsNotTakenForItsSuccessor() throws {
        let ended = Ended()
        let watch = try ExitWatch { ended.add($0) }
        defer { watch.stop() }
        let (first, second, third) = (try sleeper(), try sleeper(), try sleeper())
        defer {
            // Only those that nobody has waited for: their numbers are still theirs.
            let others = ["first": first, "second": second, "third": third]
            for (name, pid) in others where !ended.wait(for: 0).contains(name) { kill(pid, SIGKILL) }
        }
        let shared = try pidfd(of: first)
        let number = descriptor(sharing: shared, from: 900)
        try watch.add(FileDescriptor(owning: number), for: id("first"), child: first)
        kill(first, SIGKILL)
        #expect(ended.wait(for: 1) == ["first"])

        let other = try pidfd(of: second)
        let again = descriptor(sharing: other, from: number)
        #expect(again == number)
        try watch.add(FileDescriptor(owning: again), for: id("second"), child: second)
        usleep(50_000)
        try watch.add(try pidfd(of: third), for: id("third"), child: third)
        kill(third, SIGKILL)
        #expect(ended.wait(for: 2) == ["first", "third"])
        kill(second, SIGKILL)
        #expect(ended.wait(for: 3) == ["first", "third", "second"])
        _ = shared.rawValue
    }
}

private final class Ended: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ id: ContainerID) { names.withLock { $0.append(id.container) } }

    /// What has ended once there are so many, or after ten seconds.
    ///
    /// The thread sleeps: a task that gives its thread away gets it back when other tests let it, which can be after the
    /// processes have ended by themselves.
    func wait(for count: Int) -> [String] {
        for _ in 0..<1_000 where names.withLock({ $0.count }) < count { usleep(10_000) }
        return names.withLock { $0 }
    }
}
