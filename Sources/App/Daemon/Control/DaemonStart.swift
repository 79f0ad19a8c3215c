internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// Asking a lab's daemon, starting it first when it does not run.
package enum DaemonStart {
    /// How often a daemon may end without a word before that is the answer.
    private static let attempts = 3

    /// Sends the request and shows its events.
    ///
    /// A lab that did not exist before and could not be brought up is removed again: nothing half-built is left. One
    /// that is being taken down is waited for, and then made anew.
    package static func ask(
        _ request: ControlRequest, paths: LabPaths, onEvent: (ControlEvent) -> Void
    ) throws(ControlFailure) -> ControlReply {
        var isNew = false
        for attempt in 1... {
            let (client, isFirst) = try connect(paths, onEvent)
            // A lab that this very request began stays new, when its first daemon ended before it said a word.
            isNew = isNew || isFirst
            var hasSpoken = false
            do throws(ControlFailure) {
                return try client.ask(request) { event in
                    hasSpoken = true
                    onEvent(event)
                }
            } catch {
                if error == .daemonEnded {
                    let isGone = try isTakenDown(paths)
                    if !hasSpoken, attempt < attempts { continue }
                    if isGone { throw .takenDown(paths.lab) }
                }
                throw isNew ? removed(paths, request, after: error) : error
            }
        }
        throw .daemonEnded
    }

    /// Removes what was made of a new lab, and says so: its log, which the failure may name, goes with it.
    private static func removed(
        _ paths: LabPaths, _ request: ControlRequest, after failure: ControlFailure
    ) -> ControlFailure {
        var failure = failure
        do throws(ControlFailure) {
            try LabRemoval(paths).run { isOwn(request, paths) }
            if failure == .daemonEnded { failure.advice = "what was made of the lab has been removed; run it again" }
        } catch {
            failure.message += "\nand what was made of the lab could not be removed: \(error.message)"
            failure.advice = "run `netlab down \(paths.lab)`"
        }
        return failure
    }

    /// Whether somebody took the lab down; waits for a `down` that is under way.
    private static func isTakenDown(_ paths: LabPaths) throws(ControlFailure) -> Bool {
        try kernel { () throws(KernelError) in
            let lock = try DirectoryLock(LabPaths.root)
            defer { withExtendedLifetime(lock) {} }
            defer { try? StateFile.removeIfEmpty(LabPaths.root) }
            return PathKind(of: paths.directory) == .absent
        }
    }

    /// Whether nobody has brought other files up under the same name meanwhile.
    private static func isOwn(_ request: ControlRequest, _ paths: LabPaths) -> Bool {
        guard let source = (try? LabRecord.load(paths))?.source else { return true }
        return switch request {
        case .create(let own), .up(let own, _): own == source
        default: true
        }
    }

    /// A connection, and whether the lab has no earlier life.
    ///
    /// The lock keeps a second `up` from starting a second daemon, and makes an `up` wait for a `down` under way.
    private static func connect(
        _ paths: LabPaths, _ onEvent: (ControlEvent) -> Void
    ) throws(ControlFailure) -> (ControlClient, isNew: Bool) {
        ProcessEnvironment.useOrdinaryUmask()
        try LabPaths.checkRoot()
        if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
        try LabPaths.refuseRootObstacle()
        let lock = try kernel { () throws(KernelError) in try DirectoryLock(LabPaths.root) }
        defer { withExtendedLifetime(lock) {} }
        if let connection = try? LocalConnection(path: paths.socket) { return (ControlClient(connection), false) }
        try paths.refuseObstacle()
        return try kernel { () throws(KernelError) in
            let record = try LabRecord.load(paths)
            if let record {
                try endUnreachable(LabDaemons.find(paths, record: record.daemon), paths, onEvent)
            } else {
                try removeRemains(paths, onEvent)
            }
            do throws(KernelError) {
                return (try start(paths), record?.source == nil)
            } catch {
                // The lock is held: nobody else has begun anything here.
                if record == nil {
                    try? StateFile.removeAll(paths.directory)
                    try? StateFile.removeIfEmpty(LabPaths.root)
                }
                throw error
            }
        }
    }

    /// Starts a daemon and connects to it.
    private static func start(_ paths: LabPaths) throws(KernelError) -> ControlClient {
        try StateFile.makeDirectory(paths.directory)
        let listener = try LocalListener(path: paths.socket)
        // The listener is handed over, so the connection below is accepted as soon as the daemon is ready.
        _ = try DetachedProcess.start(
            arguments: ["daemon", "--lab", paths.lab, "--listener", "3"], inherited: [listener.rawDescriptor],
            logPath: paths.log)
        return ControlClient(try LocalConnection(path: paths.socket))
    }

    /// Ends daemons of the lab that nobody can talk to, before another takes their place: two would write one store.
    private static func endUnreachable(
        _ daemons: [ProcessIdentity], _ paths: LabPaths, _ onEvent: (ControlEvent) -> Void
    ) throws(KernelError) {
        for daemon in daemons {
            // One that has closed its socket is only on its way out.
            if !daemon.waitForEnd(timeout: LocalListenerOwners.find(path: paths.socket).isEmpty ? 5 : 0) {
                onEvent(
                    .warning(
                        "process \(daemon.pid), the daemon of lab \"\(paths.lab)\", cannot be reached: "
                            + "\(paths.socket) is gone; another one takes its place"))
                try LabDaemons.end(daemon)
            }
        }
    }

    /// Takes away what is left of a lab of this name whose state was lost. Its namespaces are known by their marks, and
    /// its daemon by the path at which it listens; its objects cannot be had back.
    private static func removeRemains(
        _ paths: LabPaths, _ onEvent: (ControlEvent) -> Void
    ) throws(KernelError) {
        let found = try LabRemoval.remains(of: paths)
        if found.isEmpty, PathKind(of: paths.directory) == .absent { return }
        if !found.isEmpty {
            onEvent(
                .warning(
                    "the state of lab \"\(paths.lab)\" was lost from \(paths.directory); what is left of it "
                        + "(\(found.joined(separator: "; "))) is taken down, and the lab is built anew"))
        }
        try LabRemoval(paths).runLocked()
    }

    private static func kernel<Value>(
        _ body: () throws(KernelError) -> Value
    ) throws(ControlFailure) -> Value {
        do throws(KernelError) { return try body() } catch { throw ControlFailure(error) }
    }
}
