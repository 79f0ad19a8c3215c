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

    package init(_ paths: LabPaths) { self.paths = paths }

    /// Every lab there is anything of: a state directory, or a namespace that carries its mark.
    package static func labs() throws(KernelError) -> [LabPaths] {
        let marked = try LinuxNetwork().markedNamespaces().values.map { LabPaths($0.lab) }
        return Set(LabPaths.all() + marked).sorted { $0.lab < $1.lab }
    }

    /// Ends the daemon, the pods and whatever else runs in the lab's namespaces, removes the namespaces, waits until
    /// the kernel has let go, and removes the state. What is gone already is passed over.
    package func run() throws(ControlFailure) {
        // It is about to become part of a path that is removed with all it holds.
        guard Lab.isValidName(paths.lab) else {
            throw ControlFailure(
                .usage, "\"\(paths.lab.printable)\" is not a lab's name", advice: "`netlab list` has them")
        }
        do throws(KernelError) {
            ProcessEnvironment.useOrdinaryUmask()
            let lock = try DirectoryLock(LabPaths.root)
            defer { withExtendedLifetime(lock) {} }
            try endDaemon()
            let network = LinuxNetwork()
            let namespaces = try network.markedNamespaces().filter { $0.value.lab == paths.lab }.keys.sorted()
            let watch = try RemovalWatch(namespaces)
            try endContainers()
            try endProcesses(in: namespaces)
            do throws(StepFailure) {
                try network.perform((namespaces + unfinished()).map { .removeNamespace($0) })
            } catch {
                throw error.error
            }
            let left = try watch.wait(milliseconds: Self.patience)
            guard left.isEmpty else {
                throw KernelError(
                    .busy, "take lab \(paths.lab) down",
                    detail: "the kernel still holds \(left.map(\.rawValue).joined(separator: ", "))",
                    advice: "something outside the lab keeps it open; see `lsns -t net`, then run it again")
            }
            StateFile.removeAll(paths.directory)
            // Only when no other lab has state there.
            rmdir(LabPaths.root)
        } catch {
            throw ControlFailure(error)
        }
    }

    /// Asks the daemon to end, and insists when it does not within five seconds.
    private func endDaemon() throws(KernelError) {
        var daemons = [(try? LabRecord.load(paths))?.daemon]
        if let connection = try? LocalConnection(path: paths.socket) {
            _ = try? ControlClient(connection).ask(.stop)
            // One that was only starting has written down who it is by the time it answers.
            daemons.append((try? LabRecord.load(paths))?.daemon)
        }
        for daemon in Set(daemons.compactMap { $0 }) { try end(daemon) }
        // One whose state directory was deleted while it ran: nothing on disk tells of it, but it still listens.
        for stray in LocalListenerOwners.find(path: paths.socket) {
            try stray.signal(SIGTERM)
            try end(stray)
        }
    }

    private func end(_ daemon: ProcessIdentity) throws(KernelError) {
        if !daemon.waitForEnd(timeout: 5) {
            try daemon.signal(SIGKILL)
            _ = daemon.waitForEnd(timeout: 5)
        }
    }

    /// Names the journal has that lead to no namespace: empty files of a creation that was cut short.
    private func unfinished() -> [NamespaceName] {
        let owned = (try? FileJournal(path: paths.journal).load())?.owned.namespaces.keys.sorted() ?? []
        return owned.filter { StateFile.exists(NamespaceFile.path(of: $0)) && (try? NamespaceFile.open($0)) == nil }
    }

    private func endContainers() throws(KernelError) {
        guard StateFile.isDirectory(paths.containers) else { return }
        do throws(ContainerRuntimeError) {
            let runtime = try NamespacedProcesses(root: paths.containers)
            for id in runtime.list() { try runtime.remove(id) }
            try NamespacedProcesses.endAll(below: paths.containers)
        } catch {
            throw KernelError(errno: error.errno, error.operation, advice: error.advice)
        }
    }

    /// Shells somebody left open in a namespace would keep it alive for ever.
    private func endProcesses(in namespaces: [NamespaceName]) throws(KernelError) {
        let own = getpid()
        let found = try NamespaceProcesses.find(in: namespaces).values.flatMap { $0 }
        let processes = Set(found).subtracting([own]).compactMap { ProcessIdentity(current: $0) }
        for process in processes { try process.signal(SIGKILL) }
        for process in processes { _ = process.waitForEnd(timeout: 5) }
    }
}
