internal import CLinux
internal import Glibc
package import NetworkPlanning

/// A file that is written piece by piece, and read by somebody else meanwhile; or standard output.
package struct OutputFile: ~Copyable {
    /// Of its own, or standard output's, which stays open.
    private let descriptor: Int32
    private let path: String

    /// Makes the file, or empties the one that is there.
    ///
    /// - Parameter path: `-` is standard output.
    /// - Throws: that it cannot be written.
    package init(_ path: String) throws(KernelError) {
        self.path = path
        if path == "-" {
            descriptor = StandardStream.output.rawValue
            return
        }
        do throws(SystemCall.Failure) {
            descriptor = try SystemCall.check { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
        } catch {
            throw KernelError(errno: error.errno, "write \(path)")
        }
    }

    deinit { if descriptor != StandardStream.output.rawValue { close(descriptor) } }

    /// Writes all of it.
    ///
    /// - Returns: false when whoever read has gone away: there is nobody left to write for.
    /// - Throws: that it could not be written, such as on a full disk.
    package func write(_ bytes: [UInt8]) throws(KernelError) -> Bool {
        do throws(SystemCall.Failure) {
            try StateFile.writeAll(bytes, to: descriptor)
            return true
        } catch {
            if error.errno == EPIPE { return false }
            throw KernelError(errno: error.errno, "write \(path)")
        }
    }

    /// Lets a reader's end be an error of ``write(_:)`` instead of this process's.
    package static func surviveClosedReaders() { signal(SIGPIPE, SIG_IGN) }
}
