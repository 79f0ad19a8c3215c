package import NetworkModel
package import NetworkPlanning

extension LinuxNetwork {
    package func observe(_ namespaces: [NamespaceName], sysctls: Set<String>) throws(KernelError) -> NetworkState {
        try withState { state throws(KernelError) in
            try Observation(sockets: state.sockets, exchange: state.exchange).observe(namespaces, sysctls: sysctls)
        }
    }

    package func markedNamespaces() throws(KernelError) -> [NamespaceName: OwnershipMark] {
        try markedNamespaces(prefix: "")
    }

    /// ``markedNamespaces()`` among the names that begin so: where to look for a lab's, not a proof that they are.
    package func markedNamespaces(prefix: String) throws(KernelError) -> [NamespaceName: OwnershipMark] {
        try withState { state throws(KernelError) in
            var marks: [NamespaceName: OwnershipMark] = [:]
            let names = try NamespaceDirectory.list().filter { $0.rawValue.hasPrefix(prefix) }
            guard !names.isEmpty else { return marks }
            try NamespaceThread.run { () throws(KernelError) in
                for name in names {
                    // Leftover files, and namespaces taken away since, carry no mark. Nor does a link: it is somebody's
                    // second name for a namespace that has its own.
                    guard NamespaceEntry(name) == .namespace, let file = try? OpenNamespace(name) else { continue }
                    try NamespaceThread.enter(file.descriptor.rawValue)
                    // Not kept: a kept socket would keep a namespace alive that may be somebody else's.
                    let loopback = try LinkDump.one(index: 1, try NetlinkSocket(), state.exchange)
                    marks[name] = loopback?.link.alias.flatMap { OwnershipMark(text: $0) }
                }
            }
            return marks
        }
    }
}

/// Reads namespaces: five dumps each over the kept sockets, then one thread through all of them for what only shows
/// from inside.
struct Observation {
    let sockets: NamespaceSockets
    let exchange: NetlinkExchange

    func observe(_ names: [NamespaceName], sysctls: Set<String>) throws(KernelError) -> NetworkState {
        var found: [PeerResolution.Namespace] = []
        for name in Set(names).sorted() {
            guard let socket = try existing(name) else { continue }
            let links = try LinkDump(socket, exchange, of: name.rawValue).links
            found.append(PeerResolution.Namespace(name: name, socket: socket, links: links))
        }
        var peers = PeerResolution(found, exchange)
        var states: [NamespaceState] = []
        for position in found.indices {
            states.append(try read(found[position], links: try peers.links(of: position)))
        }
        let files = try sysctls.sorted().map { name throws(KernelError) in try SysctlFile(name) }
        do throws(StepFailure) {
            try NamespaceVisit.run(found.map(\.name)) { position throws(KernelError) in
                for file in files { states[position].sysctls[file.name] = try file.read() }
                for table in try Nftables.tables(exchange) { states[position].firewall[table.name] = table }
            }
        } catch {
            throw error.error
        }
        return NetworkState(
            namespaces: Dictionary(zip(found.map(\.name), states)) { _, last in last })
    }

    /// The socket of a namespace that is there; a leftover file is as good as nothing.
    private func existing(_ name: NamespaceName) throws(KernelError) -> NetlinkSocket? {
        do throws(KernelError) {
            return try sockets.socket(of: name)
        } catch {
            if error.code == .notFound || error.code == .invalid { return nil }
            throw error
        }
    }

    private func read(_ namespace: PeerResolution.Namespace, links: [Link]) throws(KernelError) -> NamespaceState {
        let name = namespace.name.rawValue
        let names = Dictionary(namespace.links.map { ($0.index, $0.link.name) }) { _, last in last }
        let mark = namespace.links.first { $0.link.kind == .loopback }?.link.alias.flatMap { OwnershipMark(text: $0) }
        return NamespaceState(
            mark: mark, links: links,
            addresses: try AddressMessages.dump(namespace.socket, exchange, of: name, names: names),
            routes: try RouteMessages.dump(namespace.socket, exchange, of: name, names: names),
            rules: try RuleMessages.dump(namespace.socket, exchange, of: name),
            neighbours: try NeighbourMessages.dump(namespace.socket, exchange, of: name, names: names))
    }
}
