internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// What one call to perform knows and has queued for one namespace.
///
/// Link indexes are looked up once per call and then kept up by hand, because indexes of links are chosen here: so an
/// address can be queued behind the link it belongs to, in the same send.
final class NamespaceWork {
    let name: NamespaceName
    let socket: NetlinkSocket
    var queue = MessageQueue()
    private var indexes: [LinkName: Int32]
    private var nextIndex: Int32

    /// Reads the namespace's links once.
    init(_ name: NamespaceName, _ sockets: NamespaceSockets, _ exchange: NetlinkExchange) throws(KernelError) {
        self.name = name
        socket = try sockets.socket(of: name)
        let links = try LinkDump(socket, exchange, of: name.rawValue).links
        indexes = Dictionary(links.map { ($0.link.name, $0.index) }) { _, last in last }
        nextIndex = (links.map(\.index).max() ?? 0) + 1
    }

    /// For a namespace made a moment ago: it has `lo`, and asking would only confirm that.
    init(new name: NamespaceName, socket: NetlinkSocket) {
        self.name = name
        self.socket = socket
        indexes = [.loopback: 1]
        nextIndex = 2
    }

    /// - Throws: `.notFound` when there is no such link.
    func index(of link: LinkName, for operation: @autoclosure () -> String) throws(KernelError) -> Int32 {
        if let index = indexes[link] { return index }
        throw KernelError(.notFound, operation(), errno: 19, detail: "there is no link \(link) in \(name)")
    }

    /// The index a new link shall get: the next free one, but not that of its peer.
    func newIndex(of link: LinkName, otherThan taken: Int32 = 0) -> Int32 {
        if nextIndex == taken { nextIndex += 1 }
        defer { nextIndex += 1 }
        // A name that is taken keeps its index: the kernel refuses the new link, and the old one stays reachable.
        if indexes[link] == nil { indexes[link] = nextIndex }
        return nextIndex
    }
}
