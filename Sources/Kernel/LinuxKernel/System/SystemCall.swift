internal import CLinux
internal import Glibc
package import NetworkPlanning

/// Calls into the C library with the errno read before anything else can run.
///
/// `@inline(never)`: were the body inlined, the compiler could release an object between the call and the read, and
/// that release may itself call into the C library.
enum SystemCall {
    /// Runs a call that answers -1 on failure, again when a signal interrupted it.
    ///
    /// - Throws: ``Failure`` with the errno.
    @inline(never)
    @discardableResult
    static func check<Value: SignedInteger & FixedWidthInteger>(_ body: () -> Value) throws(Failure) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = Glibc.errno
            if code != EINTR { throw Failure(errno: code) }
        }
    }

    /// An errno, before anybody has said what was being done.
    struct Failure: Error {
        let errno: Int32
    }
}

extension KernelError {
    /// An errno as a kernel error: the code a caller can act on, and the C library's text as detail.
    package init(errno code: Int32, _ operation: String, advice: String = "") {
        self.init(
            Self.code(for: code), operation, errno: code, detail: Self.text(for: code),
            advice: advice.isEmpty ? Self.advice(for: code) : advice)
    }

    /// What helps against an errno whatever was being done; empty when that depends on it.
    private static func advice(for errno: Int32) -> String {
        switch errno {
        case EPERM, EACCES:
            geteuid() == 0
                ? "root alone is not enough here: `netlab doctor` says which capability is missing" : "run it as root"
        case ENOMEM, ENOBUFS: "free some memory, or raise the limit of the cgroup this runs in"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        case ENOSPC: "make room where it is written, or raise the limit that is reached"
        case EIO: "the kernel's log (dmesg) says what is wrong with the disk"
        default: ""
        }
    }

    private static func code(for errno: Int32) -> Code {
        switch errno {
        case EEXIST: .exists
        case ENOENT, ESRCH, ENODEV, ENXIO, EADDRNOTAVAIL: .notFound
        case EPERM, EACCES: .notPermitted
        case EBUSY: .busy
        case EINVAL, ERANGE: .invalid
        case EOPNOTSUPP, ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT: .unsupported
        case ENETUNREACH, EHOSTUNREACH: .unreachable
        case EINTR: .interrupted
        case EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC: .exhausted
        default: .unknown
        }
    }

    /// The C library's text for an errno.
    package static func text(for errno: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "errno \(errno)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
