internal import Datapath
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

extension LabEngine {
    /// Takes up the journal of an earlier daemon, or writes a new one when the lab's is damaged or was lost.
    ///
    /// The namespaces are known by their marks. Which objects in them the lab has made is not known any more: what
    /// should be there is taken for the lab's, the rest counts as foreign and is left alone. The user is told so.
    func restoreJournal() throws {
        let journal = FileJournal(path: paths.journal)
        let isDamaged = journal.isDamaged
        // What a creation left that was cut short: as soon as nobody wants it any more, the journal would not name it,
        // and it would be nobody's.
        let unfinished = isDamaged ? [] : LabRemoval(paths).unfinishedNames()
        if !unfinished.isEmpty { try network.perform(unfinished.map { .removeNamespace($0) }) }
        guard isDamaged || (record.source != nil && !StateFile.exists(paths.journal)) else { return }
        let mark = OwnershipMark(lab: paths.lab, instance: record.instance)
        let own = try network.markedNamespaces().filter { $0.value == mark }
        if own.isEmpty, !isDamaged { return }
        let owned = Ownership(namespaces: own.mapValues { OwnedObjects(NamespaceState(mark: $0)) })
        try journal.save(
            JournalRecord(lab: mark.lab, instance: mark.instance, owned: owned, isSettled: false))
        notices.append(
            "\(paths.journal) was \(isDamaged ? "damaged" : "lost") and is written anew from the marks of "
                + "\(own.count) namespaces; what is in them and not wanted now counts as foreign (--prune removes it)")
    }

    /// Clears the way for namespaces that are to be made: /run/netns may hold things of that name that are none.
    ///
    /// An empty file that the journal names is what an interrupted creation or a reboot left, and is removed.
    ///
    /// - Throws: ``ControlFailure`` naming what is somebody else's. Nothing is changed then.
    func clearNames(for wanted: Datapath) throws {
        let known = lab?.datapath?.state.namespaces
        var empty: [NamespaceName] = []
        for name in wanted.state.namespaces.keys.sorted() where known?[name] == nil {
            switch NamespaceEntry(name) {
            case .absent, .namespace: continue
            case .emptyFile: empty.append(name)
            case .other(let what): throw Self.inTheWay(name, what)
            }
        }
        guard !empty.isEmpty else { return }
        let journal = try FileJournal(path: paths.journal).load()
        for name in empty where journal?.owned.namespaces[name] == nil {
            throw Self.inTheWay(name, "an empty file that no journal of this lab names")
        }
        try network.perform(empty.map { .removeNamespace($0) })
    }

    private static func inTheWay(_ name: NamespaceName, _ what: String) -> ControlFailure {
        ControlFailure(
            .failed,
            "\(NamespaceFile.path(of: name)) is in the way: it is \(what), and not this lab's; nothing was changed",
            advice: "netlab leaves it alone: remove it by hand, or choose another name for the lab with --name")
    }
}
