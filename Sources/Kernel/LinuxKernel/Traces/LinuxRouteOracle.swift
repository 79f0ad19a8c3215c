internal import CNetlink
internal import Glibc
package import NetworkModel
package import NetworkPlanning
package import Traces

/// Route lookups of real kernels (`RTM_GETROUTE`), asked over sockets of the namespaces they are about.
package struct LinuxRouteOracle: RouteOracle {
    private let network: LinuxNetwork

    package init(_ network: LinuxNetwork) { self.network = network }

    /// Two lookups: the first answers the entry that matched, the second what becomes of it (source address, MTU).
    package func ask(_ question: RouteQuestion) throws(KernelError) -> RouteAnswer {
        do throws(KernelError) {
            return try network.withState { state throws(KernelError) in
                let socket = try state.sockets.socket(of: question.namespace)
                let links = try LinkDump(socket, state.exchange, of: question.namespace.rawValue).links
                let names = Dictionary(links.map { ($0.index, $0.link.name) }) { _, last in last }
                let lookup = Lookup(
                    question: question, socket: socket, exchange: state.exchange, names: names,
                    input: links.first { $0.link.name == question.input }?.index)
                let match = try lookup.run(flags: UInt32(RTM_F_FIB_MATCH))
                let resolved = try lookup.run(flags: 0)
                guard let match else { return .refused(.noRoute) }
                return .route(match: match, source: resolved?.source, mtu: resolved?.mtu.map(Int.init))
            }
        } catch {
            guard let refusal = Self.refusal(error.errno) else { throw error }
            return .refused(refusal)
        }
    }

    private static func refusal(_ code: Int32) -> RouteRefusal? {
        switch code {
        case ENETUNREACH: .noRoute
        case EHOSTUNREACH: .unreachable
        case EACCES: .prohibited
        case EINVAL: .dropped
        case EXDEV: .reversePath
        default: nil
        }
    }

    package func neighbours(of namespace: NamespaceName) throws(KernelError) -> [NeighbourEntry] {
        try network.withState { state throws(KernelError) in
            let socket = try state.sockets.socket(of: namespace)
            let links = try LinkDump(socket, state.exchange, of: namespace.rawValue).links
            let names = Dictionary(links.map { ($0.index, $0.link.name) }) { _, last in last }
            return try NeighbourMessages.entries(socket, state.exchange, of: namespace.rawValue, names: names)
        }
    }
}

/// One question as messages.
private struct Lookup {
    let question: RouteQuestion
    let socket: NetlinkSocket
    let exchange: NetlinkExchange
    let names: [Int32: LinkName]
    let input: Int32?

    func run(flags: UInt32) throws(KernelError) -> Route? {
        var found: Route?
        let width = UInt8(question.destination.family.bitWidth)
        let header = rtmsg(
            rtm_family: question.destination.family.number, rtm_dst_len: width,
            rtm_src_len: question.source == nil ? 0 : width, rtm_tos: 0, rtm_table: 0, rtm_protocol: 0, rtm_scope: 0,
            rtm_type: 0, rtm_flags: UInt32(RTM_F_LOOKUP_TABLE) | flags)
        try exchange.ask(
            socket, "look up the route to \(question.destination) in \(question.namespace)", type: Int(RTM_GETROUTE),
            flags: 0, header: header,
            attributes: { message in
                message.put(Int(RTA_DST.rawValue), question.destination)
                if let source = question.source { message.put(Int(RTA_SRC.rawValue), source) }
                if let input { message.put(Int(RTA_IIF.rawValue), UInt32(bitPattern: input)) }
                if let transport = question.transport {
                    message.put(Int(RTA_IP_PROTO.rawValue), transport.rawValue)
                    if let port = question.port {
                        message.put(Int(RTA_DPORT.rawValue), bytes: [UInt8(port >> 8), UInt8(port & 0xff)])
                    }
                }
            }
        ) { message in
            if let route = RouteMessages.decode(message, names: names, all: true, cached: true) { found = route }
        }
        return found
    }
}
