internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// One thing a lab left behind, and why it is netlab's.
package struct Leftover: Codable, Sendable, Hashable {
    /// What sort of thing it is.
    package enum Kind: String, Codable, Sendable {
        case namespace, process
        /// An empty file in /run/netns where a namespace's name was to be, or was.
        case name
        /// What the journal has and the kernel has not.
        case journalEntry = "journal entry"
        case state
    }

    package var lab: String
    package var kind: Kind
    /// With its kind: `namespace three-node.kind-worker`, `state /run/netlab/three-node`.
    package var object: String
    package var proof: String

    init(_ lab: String, _ kind: Kind, _ name: String, _ proof: String) {
        self.lab = lab
        self.kind = kind
        object = "\(kind.rawValue) \(name)"
        self.proof = proof
    }
}

/// Finding and removing what no running lab accounts for.
///
/// Nothing is chosen by its name: a namespace by its mark, a process by where it runs or by the record of its start, a
/// file in /run/netns by the journal.
package enum GarbageCollection {
    /// Everything of labs whose daemon does not run.
    ///
    /// - Parameter includingResumable: also labs that `netlab up` could resume, because their state is there.
    package static func find(includingResumable: Bool) throws(ControlFailure) -> [Leftover] {
        do throws(KernelError) {
            let marks = try LinuxNetwork().markedNamespaces()
            var leftovers: [Leftover] = []
            for paths in try LabRemoval.labs() where isLeftover(paths, includingResumable: includingResumable) {
                leftovers += try find(paths, marks.filter { $0.value.lab == paths.lab })
            }
            return leftovers
        } catch {
            throw ControlFailure(error)
        }
    }

    /// Labs that run although their state directory was lost: no leftover, but out of reach for every other command.
    package static func unreachable() -> [String] {
        let labs = (try? LabRemoval.labs()) ?? []
        return labs.filter { LabDaemons.isRunning($0) && (try? LocalConnection(path: $0.socket)) == nil }.map(\.lab)
    }

    /// Removes them, lab by lab, the way `down` does; a lab that was started meanwhile is left alone.
    package static func remove(_ leftovers: [Leftover], includingResumable: Bool) throws(ControlFailure) {
        for lab in Set(leftovers.map(\.lab)).sorted() {
            let paths = LabPaths(lab)
            try LabRemoval(paths).run { isLeftover(paths, includingResumable: includingResumable) }
        }
    }

    /// A record of any kind, a damaged one too, may be of use to who wrote it: only `--all` takes it.
    private static func isLeftover(_ paths: LabPaths, includingResumable: Bool) -> Bool {
        (includingResumable || PathKind(of: paths.record) == .absent) && !LabDaemons.isRunning(paths)
    }

    private static func find(
        _ paths: LabPaths, _ marks: [NamespaceName: OwnershipMark]
    ) throws(KernelError) -> [Leftover] {
        let lab = paths.lab
        let nobody = "no daemon of lab \(lab) runs"
        var found = marks.sorted { $0.key < $1.key }.map { namespace, mark in
            Leftover(lab, .namespace, "\(namespace)", "its lo carries the alias \(mark.text), and \(nobody)")
        }
        found += try processes(paths, marks.keys.sorted(), nobody)
        found += journal(paths, marks, nobody)
        if PathKind(of: paths.directory) == .directory, paths.strangers.isEmpty {
            let content = StateFile.list(paths.directory).joined(separator: ", ")
            let proof =
                "it holds only what netlab writes there (\(content.isEmpty ? "nothing" : content)), and \(nobody)"
            found.append(Leftover(lab, .state, paths.directory, proof))
        }
        return found
    }

    private static func processes(
        _ paths: LabPaths, _ namespaces: [NamespaceName], _ nobody: String
    ) throws(KernelError) -> [Leftover] {
        let containers = NamespacedProcesses.running(below: paths.containers)
        var proofs: [Int32: String] = [:]
        for (namespace, pids) in try NamespaceProcesses.find(in: namespaces) {
            for pid in pids { proofs[pid] = "it runs in namespace \(namespace), which carries the mark" }
        }
        for container in containers { proofs[container.process.pid] = container.proof }
        return proofs.sorted { $0.key < $1.key }.map { pid, proof in
            Leftover(paths.lab, .process, "\(pid) (\(ProcessIdentity.name(of: pid)))", "\(proof), and \(nobody)")
        }
    }

    private static func journal(
        _ paths: LabPaths, _ marks: [NamespaceName: OwnershipMark], _ nobody: String
    ) -> [Leftover] {
        let record = (try? FileJournal(path: paths.journal).load()) ?? nil
        let named = record?.owned.namespaces.keys.sorted().filter { marks[$0] == nil } ?? []
        return named.flatMap { name in
            let entry = "\(paths.journal) names \(name) for this lab"
            var found = [
                Leftover(
                    paths.lab, .journalEntry, "\(name)",
                    "\(entry), and no namespace of that name carries the lab's mark")
            ]
            if NamespaceEntry(name) == .emptyFile {
                let proof = "it is empty and leads to no namespace, \(entry), and \(nobody)"
                found.append(Leftover(paths.lab, .name, NamespaceFile.path(of: name), proof))
            }
            return found
        }
    }
}
