internal import CLinux
internal import Glibc
package import NetworkPlanning

/// A process that outlives the one that starts it and the terminal: the lab's daemon.
package enum DetachedProcess {
    /// Starts this very program again, in a session of its own. Of the environment it gets what a netlab reads: a
    /// process that stays for days is no place for the tokens and passwords of the shell it was started from.
    ///
    /// - Parameters:
    ///   - arguments: what follows the program's name.
    ///   - inherited: descriptors the child gets as 3, 4, … in this order, and no others.
    ///   - logPath: its standard output and error are appended here, mode 0600. Its input is /dev/null.
    /// - Returns: the process ID.
    package static func start(
        arguments: [String], inherited: [Int32], logPath: String
    ) throws(KernelError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for (index, descriptor) in inherited.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + index))
        }
        // What the caller's caller left open does not close by itself.
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(3 + inherited.count))
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The starter may run on a thread that blocks signals, and ignores SIGPIPE: the daemon shall do neither.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // 0x80 is POSIX_SPAWN_SETSID, which glibc shows under _GNU_SOURCE only.
        posix_spawnattr_setflags(&attributes, Int16(0x80 | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = (["netlab"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        do throws(SystemCall.Failure) {
            try FaultPoint.change("start the daemon") { () throws(SystemCall.Failure) in
                let status = CStrings.with(environment) { environment in
                    posix_spawn(&process, "/proc/self/exe", &actions, &attributes, &words, environment)
                }
                if status != 0 { throw SystemCall.Failure(errno: status) }
            }
        } catch {
            throw KernelError(errno: error.errno, "start the daemon", advice: StateFile.advice(for: error.errno))
        }
        return process
    }

    /// The variables that pass: of the loader, the sanitizers, the time zone, and netlab's own.
    private static let passed = ["PATH=", "LD_LIBRARY_PATH=", "TZ=", "LANG=", "LC_ALL=", "SWIFT_BACKTRACE=", "NETLAB_"]

    private static var environment: [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if passed.contains(where: text.hasPrefix) || name.hasSuffix("SAN_OPTIONS") { entries.append(text) }
            next += 1
        }
        return entries
    }
}
