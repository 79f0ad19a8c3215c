internal import CLinux
internal import Glibc

/// The last step of a process that becomes a program: directory, environment, search in PATH, exec.
package enum ProgramStart {
    /// Where programs are looked for when the environment does not say: Docker's default.
    package static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Why a program could not be executed, in the words of runc, which Kubernetes passes on.
    struct Failure: Error {
        var message: String
        /// 127 for a program that is not there, 126 for one that cannot be run, as shells and `docker exec` have it.
        var exitCode: Int32
    }

    /// The environment with what every container gets unless its own says otherwise: PATH, HOSTNAME, HOME.
    ///
    /// - Parameter isRoot: another user's home is `/`, as runc has it for a user that the image does not know.
    package static func environment(
        _ own: [String: String], hostname: String, isRoot: Bool = true
    ) -> [String: String] {
        let basis = ["PATH": defaultPath, "HOSTNAME": hostname, "HOME": isRoot ? "/root" : "/"]
        return basis.merging(own) { $1 }
    }

    /// Replaces this process by a program of the host, with this process' environment and what is added to it.
    ///
    /// - Returns: only when that failed: why, and the exit code that a shell would give.
    package static func become(_ command: [String], adding environment: [String: String]) -> (String, Int32) {
        var own = environment
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, own[String(parts[0])] == nil { own[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        let failure = become(command, environment: own, workingDirectory: nil)
        return (failure.message, failure.exitCode)
    }

    /// Replaces the process; returns only when that failed.
    ///
    /// - Parameter workingDirectory: nil leaves it. A relative one is read from the root, wherever this process stands.
    static func become(_ command: [String], environment: [String: String], workingDirectory: String?) -> Failure {
        if let workingDirectory {
            let directory = workingDirectory.hasPrefix("/") ? workingDirectory : "/" + workingDirectory
            guard chdir(directory) == 0 else {
                let cause = text(Glibc.errno)
                return Failure(
                    message: "chdir to cwd (\"\(directory)\") set in config.json failed: \(cause)", exitCode: 126)
            }
        }
        let path: String
        switch find(command.first ?? "", in: environment["PATH"] ?? defaultPath) {
        case .success(let found): path = found
        case .failure(let failure): return failure
        }
        let code = CStrings.with(command) { arguments in
            CStrings.with(environment.map { "\($0.key)=\($0.value)" }) { environment in
                execve(path, arguments, environment)
                return Glibc.errno
            }
        }
        return Failure(message: "exec \(path): \(text(code))", exitCode: 126)
    }

    /// Go's exec.LookPath: a name with a slash is taken as it is, any other is searched for.
    static func find(_ name: String, in path: String) -> Result<String, Failure> {
        guard !name.isEmpty else {
            return .failure(Failure(message: "exec: \"\": executable file not found in $PATH", exitCode: 127))
        }
        if name.utf8.contains(UInt8(ascii: "/")) {
            switch executability(name) {
            case 0: return .success(name)
            case ENOENT:
                let message = "exec: \"\(name)\": stat \(name): no such file or directory"
                return .failure(Failure(message: message, exitCode: 127))
            case let code: return .failure(Failure(message: "exec: \"\(name)\": \(text(code))", exitCode: 126))
            }
        }
        for directory in path.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = (directory.isEmpty ? "." : String(directory)) + "/" + name
            if executability(candidate) == 0 { return .success(candidate) }
        }
        return .failure(Failure(message: "exec: \"\(name)\": executable file not found in $PATH", exitCode: 127))
    }

    /// 0 for a file that can be executed, else the errno that says why not.
    private static func executability(_ path: String) -> Int32 {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return Glibc.errno }
        if facts.st_mode & S_IFMT == S_IFDIR { return EISDIR }
        return facts.st_mode & 0o111 == 0 ? EACCES : 0
    }

    /// The errno in Go's words, which begin with a small letter.
    private static func text(_ code: Int32) -> String {
        switch code {
        case ENOENT: "no such file or directory"
        case EACCES: "permission denied"
        case EISDIR: "is a directory"
        case ENOTDIR: "not a directory"
        case ENOEXEC: "exec format error"
        default: KernelErrorText.lowercasedFirst(code)
        }
    }
}

private enum KernelErrorText {
    static func lowercasedFirst(_ code: Int32) -> String {
        guard let text = strerror(code).map({ String(cString: $0) }) else { return "errno \(code)" }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
