internal import LinuxKernel
package import NetworkPlanning

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
            if isNew { try? LabRemoval(paths).run() }
            throw error
        }
    }

    /// A connection, and whether the lab has no earlier life.
    ///
    /// The lock keeps a second `up` from starting a second daemon, and makes an `up` wait for a `down` under way.
    private static func connect(_ paths: LabPaths) throws(ControlFailure) -> (ControlClient, isNew: Bool) {
        do throws(KernelError) {
            ProcessEnvironment.useOrdinaryUmask()
            try StateRoot.check(LabPaths.root)
            if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
            let lock = try DirectoryLock(LabPaths.root)
            defer { withExtendedLifetime(lock) {} }
            if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
            let isNew = !StateFile.isDirectory(paths.directory)
            try StateFile.makeDirectory(paths.directory)
            let listener = try LocalListener(path: paths.socket)
            // The listener is handed over, so the connection below is accepted as soon as the daemon is ready.
            _ = try DetachedProcess.start(
                arguments: ["daemon", "--lab", paths.lab, "--listener", "3"], inherited: [listener.rawDescriptor],
                logPath: paths.log)
            return (ControlClient(try LocalConnection(path: paths.socket)), isNew)
        } catch {
            throw ControlFailure(error)
        }
    }
}

extension ControlFailure {
    /// A kernel's refusal: the environment's fault when rights or features are missing.
    package init(_ error: KernelError) {
        let lacking = [.notPermitted, .unsupported, .exhausted].contains(error.code)
        var message = "\(error.operation): \(error.code)"
        if !error.detail.isEmpty { message += " (\(error.detail))" }
        self.init(lacking ? .environment : .failed, message, advice: error.advice)
    }
}
