internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import Preflight

/// Small files of the kernel, read for the survey: what cannot be read is a fact too.
enum ProcFile {
    /// The whole text. `.absent` when there is no such file, or when the kernel answers that it does not apply.
    static func text(_ path: String) -> Fact<String> {
        let descriptor = FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC))
        guard descriptor.rawValue >= 0 else { return refusal(errno) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor.rawValue, &chunk, chunk.count)
            if count == 0 { return .known(String(decoding: bytes, as: UTF8.self)) }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                return refusal(code)
            }
            bytes += chunk[..<count]
            // The next read is of more than most of these files hold.
            if bytes.count >= chunk.count { chunk = [UInt8](repeating: 0, count: 64 << 10) }
        }
    }

    /// The text without white space at its ends, and runs of it inside as one blank.
    static func words(_ path: String) -> Fact<String> {
        switch text(path) {
        case .known(let text):
            .known(text.split { $0.isWhitespace || $0 == "\0" }.joined(separator: " "))
        case let other: other
        }
    }

    /// The value of the line `NAME:   VALUE`.
    static func value(of name: String, in text: String) -> Substring? {
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.dropFirst(name.count + 1).drop(while: \.isWhitespace)
        }
        return nil
    }

    private static func refusal<Value>(_ code: Int32) -> Fact<Value> {
        switch code {
        case ENOENT, ENOTDIR, EINVAL, ESRCH, EOPNOTSUPP: .absent
        default: .unseen(KernelError.text(for: code))
        }
    }
}
