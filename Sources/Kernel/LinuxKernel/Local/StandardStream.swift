internal import CLinux
internal import Glibc

/// Standard output and error, written at once and whole: nothing is lost when the process ends or replaces itself.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes the text; a reader that has gone away is no error worth reporting.
    package func write(_ text: String) {
        var bytes = ArraySlice(text.utf8)
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count > 0 { bytes = bytes.dropFirst(count) } else if Glibc.errno != EINTR { return }
        }
    }

    /// The same, saying whether the reader is still there; needs ``OutputFile/surviveClosedReaders()``.
    package func tryWrite(_ text: String) -> Bool {
        if text.isEmpty { return true }
        do throws(SystemCall.Failure) {
            try StateFile.writeAll(Array(text.utf8), to: rawValue)
            return true
        } catch {
            return false
        }
    }

    /// Lets this thread sleep.
    package static func pause(seconds: Double) { usleep(UInt32(seconds * 1e6)) }

    /// Whether it is a terminal that a person reads.
    package var isTerminal: Bool { isatty(rawValue) == 1 }
}

/// What the environment says.
package enum ProcessEnvironment {
    /// A variable's value; nil when unset.
    package static subscript(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    package static var processID: Int32 { getpid() }

    package static var isRoot: Bool { geteuid() == 0 }

    package static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// The file of this very program.
    package static var executable: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map {
                readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count)
            } ?? 0
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "netlab"
    }

    /// A heap for each processor instead of eight, for a process whose threads mostly wait: each heap keeps what was
    /// freed in it for itself. To be called before there are many threads.
    package static func useFewHeaps() { mallopt(M_ARENA_MAX, max(2, Int32(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }

    /// The usual umask, whatever the caller's: what netlab keeps to itself it says so, and what is left to the umask
    /// (/run/netns and what stands in it) shall be as `ip netns` makes it from an ordinary shell.
    package static func useOrdinaryUmask() { umask(0o022) }

    /// Lays down the capabilities that a lab's daemon never uses. Of the calling thread and those it starts later: to be
    /// called before there are others.
    package static func keepDaemonRights() { Confinement.keepForDaemon() }

    /// Keeps other processes from reading this one through /proc, and it from leaving a core file.
    package static func hideFromProc() { Confinement.hideFromProc() }

    /// Raises the soft limit of open files to the hard one: a proxied connection takes two.
    package static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// `uname -r`.
    package static var kernelRelease: String { systemName { withUnsafeBytes(of: &$0.release) { text($0) } } }

    /// `uname -m`.
    package static var machine: String { systemName { withUnsafeBytes(of: &$0.machine) { text($0) } } }

    private static func systemName(_ read: (inout utsname) -> String) -> String {
        var name = utsname()
        uname(&name)
        return read(&name)
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
