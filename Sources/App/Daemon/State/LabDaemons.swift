internal import Glibc
package import LinuxKernel
internal import NetworkPlanning

/// The processes that are a lab's daemon, found without asking them.
///
/// There is one at most, unless its state directory was deleted under it: then nothing on disk tells of it, but it
/// still listens, and the kernel remembers at which path.
package enum LabDaemons {
    /// The living daemons of a lab.
    ///
    /// - Parameter record: the process that `lab.json` names. After a reboot its number may be another process's.
    package static func find(_ paths: LabPaths, record: ProcessIdentity?) -> [ProcessIdentity] {
        var found = LocalListenerOwners.find(path: paths.socket)
        if let record, !found.contains(record), record.exists, isDaemon(record, of: paths.lab) { found.append(record) }
        return found
    }

    /// Whether a daemon of the lab runs, reachable or not.
    package static func isRunning(_ paths: LabPaths) -> Bool {
        if (try? LocalConnection(path: paths.socket)) != nil { return true }
        return !LocalListenerOwners.find(path: paths.socket).isEmpty
    }

    /// Asks the process to end, and insists when it does not within five seconds.
    static func end(_ daemon: ProcessIdentity) throws(KernelError) {
        try daemon.signal(SIGTERM)
        if !daemon.waitForEnd(timeout: 5) {
            try daemon.signal(SIGKILL)
            _ = daemon.waitForEnd(timeout: 5)
        }
    }

    /// A second look at a process named on disk, for the case that number and start time were used again.
    private static func isDaemon(_ process: ProcessIdentity, of lab: String) -> Bool {
        guard let bytes = try? StateFile.read("/proc/\(process.pid)/cmdline") else { return false }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.dropFirst().starts(with: ["daemon", "--lab", lab])
    }
}
