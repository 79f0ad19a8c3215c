internal import Glibc
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
package import NetworkPlanning
internal import PodLifecycle
internal import Reconciler

/// Taking a lab down, whatever is left of it: with or without a daemon, a journal or a state directory.
package struct LabRemoval {
    private let paths: LabPaths
    /// Milliseconds to wait for the kernel to let go of a namespace.
    private static let patience = 10_000
    /// Milliseconds after which it is looked again for processes that hold one.
    private static let round = 500

    package init(_ paths: LabPaths) { self.paths = paths }

    /// Every lab there is anything of: a state directory, a namespace that carries its mark, or a container's process.
    package static func labs() throws(KernelError) -> [LabPaths] {
        let marked = try LinuxNetwork().markedNamespaces().values.map(\.lab)
        let prefix = LabPaths.root + "/"
        let running = NamespacedProcesses.strays(below: LabPaths.root).compactMap { stray in
            stray.directory.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
        }
        return Set(LabPaths.all() + (marked + running).map { LabPaths($0) }).sorted { $0.lab < $1.lab }
    }

    /// What is there of a lab whose state directory is not, in words; empty when nothing is.
    package static func remains(of paths: LabPaths) throws(KernelError) -> [String] {
        let daemons = LabDaemons.find(paths, record: nil).map { "its daemon, process \($0.pid)" }
        let marked = try LinuxNetwork().markedNamespaces(prefix: paths.lab + ".").values.count { $0.lab == paths.lab }
        return daemons + (marked == 0 ? [] : ["\(marked) namespaces that carry its mark"])
    }

    /// Ends the daemon, the pods and whatever else runs in the lab's namespaces, removes the namespaces, waits until
    /// the kernel has let go, and removes the state. What is gone already is passed over.
    ///
    /// - Parameter condition: looked at once nobody can start the lab any more; false: nothing is done.
    package func run(if condition: () -> Bool = { true }) throws(ControlFailure) {
        // It is about to become part of a path that is removed with all it holds.
        guard Lab.isValidName(paths.lab) else {
            throw ControlFailure(
                .usage, "\"\(paths.lab.printable)\" is not a lab's name", advice: "`netlab list` has them")
        }
        try LabPaths.refuseRootObstacle()
        do throws(KernelError) {
            ProcessEnvironment.useOrdinaryUmask()
            let lock = try DirectoryLock(LabPaths.root)
            defer { withExtendedLifetime(lock) {} }
            if condition() { try runLocked() }
            // Only when no other lab has state there.
            try StateFile.removeIfEmpty(LabPaths.root)
        } catch {
            throw ControlFailure(error)
        }
    }

    /// ``run(if:)`` for a caller that holds the lock on the state directories.
    func runLocked() throws(KernelError) {
        try endDaemon()
        MergedKubeconfigs(paths).removeAll()
        let network = LinuxNetwork()
        let namespaces = try network.markedNamespaces().filter { $0.value.lab == paths.lab }.keys.sorted()
        let watch = try RemovalWatch(namespaces)
        let identities = Set(namespaces.compactMap { NamespaceFile.identity(of: $0) })
        try endContainers()
        try endProcesses(in: identities, network)
        TCPRemains.end(in: namespaces)
        do throws(StepFailure) {
            try network.perform((namespaces + unfinishedNames()).map { .removeNamespace($0) })
        } catch {
            throw error.error
        }
        let left = try waitForKernel(watch, identities, network)
        guard left.isEmpty else {
            throw KernelError(
                .busy, "take lab \(paths.lab) down",
                detail: "the kernel still holds \(left.map(\.rawValue).joined(separator: ", "))",
                advice: "something outside the lab keeps it open; see `lsns -t net`, then run it again")
        }
        try removeState()
    }

    /// A process that was about to enter a namespace while the others were ended came too late to be found then, and in
    /// time to keep the namespace: it is looked for again once nobody can enter any more.
    private func waitForKernel(
        _ watch: RemovalWatch, _ identities: Set<NamespaceIdentity>, _ network: LinuxNetwork
    ) throws(KernelError) -> [NamespaceName] {
        var left = try watch.wait(milliseconds: Self.round)
        for _ in 1..<(Self.patience / Self.round) where !left.isEmpty {
            try endProcesses(in: identities, network)
            left = try watch.wait(milliseconds: Self.round)
        }
        return left
    }

    /// Asks the daemon to end, and insists when it does not within five seconds.
    private func endDaemon() throws(KernelError) {
        var daemons = LabDaemons.find(paths, record: (try? LabRecord.load(paths))?.daemon)
        if let connection = try? LocalConnection(path: paths.socket) {
            _ = try? ControlClient(connection).ask(.stop)
            // One that was only starting has written down who it is by the time it answers.
            daemons += LabDaemons.find(paths, record: (try? LabRecord.load(paths))?.daemon)
        }
        for daemon in Set(daemons) { try LabDaemons.end(daemon) }
    }

    /// Names the journal has that lead to no namespace: empty files of a creation that was cut short, or of before a
    /// reboot. A name is in the journal only when nothing stood there before.
    func unfinishedNames() -> [NamespaceName] {
        let owned = (try? FileJournal(path: paths.journal).load())?.owned.namespaces.keys.sorted() ?? []
        return owned.filter { NamespaceEntry($0) == .emptyFile }
    }

    private func endContainers() throws(KernelError) {
        do throws(ContainerRuntimeError) {
            // Never through a link that somebody put in the directory's place.
            if PathKind(of: paths.directory) == .directory, StateFile.isDirectory(paths.containers) {
                let runtime = try NamespacedProcesses(root: paths.containers)
                for id in runtime.list() { try runtime.remove(id) }
            }
            try NamespacedProcesses.endAll(below: paths.containers)
        } catch {
            throw KernelError(errno: error.errno, error.operation, advice: error.advice)
        }
    }

    /// Shells somebody left open in a namespace would keep it alive for ever.
    ///
    /// The kernel gives the number of a namespace that has gone to the next one made, whosever it is: only a process
    /// whose namespace still carries the lab's mark is ended.
    private func endProcesses(in namespaces: Set<NamespaceIdentity>, _ network: LinuxNetwork) throws(KernelError) {
        let found = Set(try NamespaceProcesses.find(in: namespaces).values.flatMap { $0 }).subtracting([getpid()])
        let processes = found.compactMap { ProcessIdentity(current: $0) }
            .filter { network.mark(ofProcess: $0.pid)?.lab == paths.lab }
        for process in processes { try process.signal(SIGKILL) }
        for process in processes { _ = process.waitForEnd(timeout: 5) }
    }

    /// Removes the lab's directory, but nothing that only bears its name or was mounted into it.
    private func removeState() throws(KernelError) {
        let operation = "remove \(paths.directory)"
        let kind = PathKind(of: paths.directory)
        if kind == .absent { return }
        guard kind == .directory else {
            throw KernelError(
                .exists, operation, detail: "it is \(kind), not a lab's state directory",
                advice: "netlab did not make it and leaves it alone; remove it by hand")
        }
        let mounts = MountPoints.at(orBelow: paths.directory)
        guard mounts.isEmpty else {
            throw KernelError(
                .busy, operation, detail: "something is mounted at \(mounts.joined(separator: ", "))",
                advice: "unmount it, then run it again; nothing else of the lab is left")
        }
        let strangers = paths.strangers
        guard strangers.isEmpty else {
            throw KernelError(
                .exists, operation, detail: "it holds \(strangers.joined(separator: ", ")) and no lab.json",
                advice: "netlab did not make that and leaves it alone; remove it by hand")
        }
        // The objects first: without them the rest describes no lab, wherever this is cut short. The record last: as
        // long as it stands, whoever comes after an interruption knows what this is.
        try StateFile.removeAll(paths.store)
        for name in StateFile.list(paths.directory) where "\(paths.directory)/\(name)" != paths.record {
            try StateFile.removeAll("\(paths.directory)/\(name)")
        }
        try StateFile.removeAll(paths.directory)
    }
}
