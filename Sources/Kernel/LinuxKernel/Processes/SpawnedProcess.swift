internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// Starting a program with nothing inherited but what is named here.
enum SpawnedProcess {
    /// What the child gets.
    struct Request {
        var executable: String
        var arguments: [String]
        var environment: [String: String]
        /// Becomes descriptor 0, 1, 2 and so on; everything above is closed.
        var descriptors: [Int32]
        /// Whether it becomes the leader of a session of its own, so that no terminal and no signal of ours reaches it.
        var newSession: Bool
        /// A terminal that becomes descriptors 0 to 2, instead of `descriptors`; it is left to the program to make it
        /// the terminal of its session.
        var terminal: String?
    }

    /// Starts the child from the calling thread, whose namespaces it inherits, with every signal at its default and
    /// none blocked.
    ///
    /// - Returns: its process number; the caller waits for it.
    static func start(_ request: Request) throws(KernelError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in request.descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        if let terminal = request.terminal {
            posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR | O_NOCTTY, 0)
            posix_spawn_file_actions_adddup2(&actions, 0, 1)
            posix_spawn_file_actions_adddup2(&actions, 0, 2)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, max(3, Int32(request.descriptors.count)))

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let session: Int16 = 0x80  // POSIX_SPAWN_SETSID, declared under _GNU_SOURCE only.
        let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | (request.newSession ? session : 0)
        posix_spawnattr_setflags(&attributes, flags)

        var pid = pid_t()
        do throws(SystemCall.Failure) {
            let name = request.arguments.prefix(3).joined(separator: " ")
            try FaultPoint.change("start \(name)", lane: .containers) { () throws(SystemCall.Failure) in
                let status = CStrings.with(request.arguments) { arguments in
                    CStrings.with(request.environment.map { "\($0.key)=\($0.value)" }) { environment in
                        posix_spawn(&pid, request.executable, &actions, &attributes, arguments, environment)
                    }
                }
                if status != 0 { throw SystemCall.Failure(errno: status) }
            }
        } catch {
            throw KernelError(errno: error.errno, "start \(request.executable)")
        }
        return pid
    }

    /// Waits for a child of ours and returns its wait status.
    static func wait(_ pid: pid_t, options: Int32 = 0) -> Int32? {
        var status: Int32 = 0
        while true {
            let answer = waitpid(pid, &status, options)
            if answer == pid { return status }
            if answer < 0 && Glibc.errno == EINTR { continue }
            return nil
        }
    }
}

/// Lists of C strings that live for one call.
enum CStrings {
    typealias Pointers = [UnsafeMutablePointer<CChar>?]

    static func with<Value>(_ strings: [String], _ body: (Pointers) -> Value) -> Value {
        let pointers: Pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}

/// A wait status taken apart (the macros of <sys/wait.h> are not imported).
struct WaitStatus {
    let raw: Int32

    var signal: Int32 { raw & 0x7f == 0x7f ? 0 : raw & 0x7f }
    var isStopped: Bool { raw & 0xff == 0x7f }

    /// The exit code, or 128 and the signal as shells and container runtimes report it.
    var exitCode: Int32 { signal == 0 ? (raw >> 8) & 0xff : 128 + signal }
}
