internal import Glibc
package import NetworkPlanning
package import PodLifecycle

/// A running container as somebody who attached to it sees it: its output from now on, and its input.
///
/// Any number may be attached at once, whichever process started the container. Reading blocks, each call may come from
/// any thread.
package final class ContainerAttachment: Sendable {
    private let connection: LocalConnection

    /// - Parameter root: the containers' directory of the lab.
    /// - Throws: `.notFound` when there is no such container, or none that can be attached to.
    package init(to id: ContainerID, below root: String) throws(KernelError) {
        guard let directory = ContainerDirectory(root: root, id: id) else {
            throw KernelError(.notFound, "find container \(id)")
        }
        // The path may be longer than a socket's address holds: it is reached through an open directory.
        let opened = FileDescriptor(owning: open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard opened.rawValue >= 0 else { throw KernelError(errno: errno, "find container \(id)") }
        let place = ContainerDirectory(path: "/proc/self/fd/\(opened.rawValue)")
        connection = try LocalConnection(path: place.door)
    }

    /// The next output; empty once the container has ended, or after ``end()``.
    package func readOutput() -> [UInt8] { connection.receive() }

    /// Gives the container something to read; one without an input forgets it. Blocks while it does not read.
    ///
    /// - Returns: false when the container has ended.
    package func writeInput(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(AttachFrame.maximumLength)
            guard connection.send(AttachFrame.input(Array(part)).bytes) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    /// The container reads to its end.
    package func closeInput() { _ = connection.send(AttachFrame.endOfInput.bytes) }

    /// Tells the container's terminal its size, in characters.
    package func resize(width: UInt16, height: UInt16) {
        _ = connection.send(AttachFrame.resize(width: width, height: height).bytes)
    }

    /// Detaches; who reads goes on with nothing.
    package func end() { connection.close() }
}
