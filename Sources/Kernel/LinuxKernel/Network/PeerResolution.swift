internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// Finds the far end of each veth in a set of observed namespaces.
///
/// A link says its peer's index, and its own namespace's number (nsid) for the peer's namespace. Whose number that is
/// can only be asked for one namespace at a time, so the question is asked only of those that hold a link with the
/// matching pair of indexes, told apart by MAC address, and once per number.
struct PeerResolution {
    struct Namespace {
        var name: NamespaceName
        var socket: NetlinkSocket
        var links: [ObservedLink]
    }

    private struct Pair: Hashable {
        var index: Int32
        var peerIndex: Int32
    }

    private struct Candidate {
        var namespace: Int
        var link: Link
    }

    /// The namespace named as the peer's when that is none of the observed ones: the host's, an unnamed one, or
    /// another lab's. The peer's own name is still the real one, or `?` too when it cannot be read.
    static let unknownNamespace = NamespaceName(rawValue: "?")
    private static let unknownLink = LinkName(rawValue: "?")

    private let namespaces: [Namespace]
    private let exchange: NetlinkExchange
    private var byIndexes: [Pair: [Candidate]] = [:]
    private var files: [Int: OpenNamespace] = [:]

    init(_ namespaces: [Namespace], _ exchange: NetlinkExchange) {
        self.namespaces = namespaces
        self.exchange = exchange
        for (position, namespace) in namespaces.enumerated() {
            for link in namespace.links where link.kind == "veth" {
                guard let peer = link.peerIndex else { continue }
                byIndexes[Pair(index: link.index, peerIndex: peer), default: []]
                    .append(Candidate(namespace: position, link: link.link))
            }
        }
    }

    /// The links of one of the namespaces, with every veth's peer named.
    mutating func links(of position: Int) throws(KernelError) -> [Link] {
        var known: [Int32: Int] = [:]
        var result: [Link] = []
        let namespace = namespaces[position]
        for var found in namespace.links where found.link.kind != .loopback {
            if found.kind == "veth", let peer = try peer(of: found, in: position, known: &known) {
                found.link.kind = .veth(peer: peer)
            }
            result.append(found.link)
        }
        return result
    }

    private mutating func peer(
        of link: ObservedLink, in position: Int, known: inout [Int32: Int]
    ) throws(KernelError) -> LinkEnd? {
        guard let peerIndex = link.peerIndex else { return nil }
        guard let id = link.peerNamespaceID else {
            let namespace = namespaces[position]
            guard let peer = namespace.links.first(where: { $0.index == peerIndex }) else { return nil }
            return LinkEnd(namespace: namespace.name, name: peer.link.name)
        }
        let candidates = byIndexes[Pair(index: peerIndex, peerIndex: link.index)] ?? []
        if let far = known[id], let candidate = candidates.first(where: { $0.namespace == far }) {
            return LinkEnd(namespace: namespaces[far].name, name: candidate.link.name)
        }
        let answer = try? LinkDump.one(
            index: peerIndex, inNamespaceID: id, namespaces[position].socket, exchange)
        guard let there = answer?.link else { return Self.outside(Self.unknownLink) }
        for candidate in candidates where candidate.link.name == there.name && candidate.link.mac == there.mac {
            guard try self.id(of: candidate.namespace, seenFrom: position) == id else { continue }
            known[id] = candidate.namespace
            return LinkEnd(namespace: namespaces[candidate.namespace].name, name: there.name)
        }
        return Self.outside(there.name)
    }

    private static func outside(_ link: LinkName?) -> LinkEnd? {
        guard let unknownNamespace, let link else { return nil }
        return LinkEnd(namespace: unknownNamespace, name: link)
    }

    /// RTM_GETNSID: the number one namespace has for another, nil when it has none.
    private mutating func id(of far: Int, seenFrom near: Int) throws(KernelError) -> Int32? {
        let file: OpenNamespace
        if let open = files[far] {
            file = open
        } else {
            file = try OpenNamespace(namespaces[far].name)
            if files.count >= Self.openFiles { files = [:] }
            files[far] = file
        }
        var id: Int32?
        try exchange.ask(
            namespaces[near].socket, "identify \(namespaces[far].name)", type: Int(RTM_GETNSID), flags: 0,
            header: rtgenmsg(rtgen_family: UInt8(AF_UNSPEC)),
            attributes: { $0.put(Int(NETNSA_FD), UInt32(bitPattern: file.descriptor.rawValue)) }
        ) { message in
            message.attributes(after: rtgenmsg.self).forEach { attribute in
                if attribute.type == Int(NETNSA_NSID), attribute.int32 >= 0 { id = attribute.int32 }
            }
        }
        return id
    }

    private static let openFiles = 256
}
