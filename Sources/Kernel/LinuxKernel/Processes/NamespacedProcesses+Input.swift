internal import CLinux
internal import Glibc
package import PodLifecycle
internal import Synchronization

/// The near end of a container's standard input.
///
/// This process holds it: when the process ends, the container reads to its end, as it would when its client is gone.
final class ContainerInput: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
        _ = fcntl(self.descriptor.rawValue, F_SETFL, fcntl(self.descriptor.rawValue, F_GETFL) | O_NONBLOCK)
    }

    /// Waits while the container does not read, for a time.
    func write(_ bytes: [UInt8], until deadline: Double) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard Poll.wait(descriptor.rawValue, for: Int16(POLLOUT), until: deadline) else { return false }
            let count = rest.withUnsafeBytes { Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension NamespacedProcesses {
    /// Seconds that a container may leave its input unread.
    private static let inputPatience = 60.0

    /// Gives a container something to read; one whose spec has no input, or that an earlier process started, takes
    /// nothing. Blocks while it does not read.
    ///
    /// - Returns: false when it takes nothing.
    package func writeInput(_ bytes: [UInt8], to id: ContainerID) -> Bool {
        guard let input = inputs.withLock({ $0[id] }) else { return false }
        return input.write(bytes, until: Clock.monotonic() + Self.inputPatience)
    }

    /// The container reads to its end.
    package func closeInput(of id: ContainerID) { inputs.withLock { _ = $0.removeValue(forKey: id) } }
}
