internal import LinuxKernel
internal import NetworkPlanning

/// Asking a lab's daemon, starting it first when it does not run.
package enum DaemonStart {
    /// Sends the request and shows its events.
    ///
    /// A lab that did not exist before and could not be brought up is removed again: nothing half-built is left.
    package static func ask(
        _ request: ControlRequest, paths: LabPaths, onEvent: (ControlEvent) -> Void
    ) throws(ControlFailure) -> ControlReply {
        let (client, isNew) = try connect(paths)
        do throws(ControlFailure) {
            return try client.ask(request, onEvent: onEvent)
        } catch {
            if isNew { throw Self.removed(paths, after: error) }
            throw error
        }
    }

    /// Removes what was made of a new lab, and says so: its log, which the failure may name, goes with it.
    private static func removed(_ paths: LabPaths, after failure: ControlFailure) -> ControlFailure {
        var failure = failure
        do throws(ControlFailure) {
            try LabRemoval(paths).run()
            if failure.isDeath { failure.advice = "what was made of the lab has been removed; run it again" }
        } catch {
            failure.message += "\nand what was made of the lab could not be removed: \(error.message)"
            failure.advice = "run `netlab down \(paths.lab)`"
        }
        return failure
    }

    /// A connection, and whether the lab has no earlier life.
    ///
    /// The lock keeps a second `up` from starting a second daemon, and makes an `up` wait for a `down` under way.
    private static func connect(_ paths: LabPaths) throws(ControlFailure) -> (ControlClient, isNew: Bool) {
        do throws(KernelError) {
            if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
            let lock = try DirectoryLock(LabPaths.root)
            defer { withExtendedLifetime(lock) {} }
            if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
            let isNew = !StateFile.isDirectory(paths.directory)
            do throws(KernelError) {
                try StateFile.makeDirectory(paths.directory)
                let listener = try LocalListener(path: paths.socket)
                // The listener is handed over, so the connection below is accepted as soon as the daemon is ready.
                _ = try DetachedProcess.start(
                    arguments: ["daemon", "--lab", paths.lab, "--listener", "3"], inherited: [listener.rawDescriptor],
                    logPath: paths.log)
                return (ControlClient(try LocalConnection(path: paths.socket)), isNew)
            } catch {
                // The lock is held: nobody else has begun anything here.
                if isNew {
                    try? StateFile.removeAll(paths.directory)
                    try? StateFile.removeIfEmpty(LabPaths.root)
                }
                throw error
            }
        } catch {
            throw ControlFailure(error)
        }
    }
}
