package import NetworkModel
internal import NetworkPlanning
internal import Synchronization

/// The namespaces of a lab, found by their marks; asked again and again, it looks into new ones only.
package final class LabNamespaces: Sendable {
    private let lab: String
    private let known = Mutex<[NamespaceName: NamespaceIdentity]>([:])

    package init(lab: String) { self.lab = lab }

    /// The lab's namespaces that have a name now. One that cannot be looked into is left out.
    package func find() -> Set<NamespaceName> {
        known.withLock { known in
            let names = ((try? NamespaceDirectory.list()) ?? []).filter { $0.rawValue.hasPrefix(lab + ".") }
            var found: [NamespaceName: NamespaceIdentity] = [:]
            var isNew = false
            for name in names {
                guard let identity = NamespaceFile.identity(of: name) else { continue }
                if known[name] == identity { found[name] = identity } else { isNew = true }
            }
            guard isNew else {
                known = found
                return Set(found.keys)
            }
            let marks = (try? LinuxNetwork().markedNamespaces(prefix: lab + ".")) ?? [:]
            for (name, mark) in marks where mark.lab == lab { found[name] = NamespaceFile.identity(of: name) }
            known = found
            return Set(found.keys)
        }
    }
}
