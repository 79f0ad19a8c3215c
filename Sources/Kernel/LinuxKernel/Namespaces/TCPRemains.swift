internal import CLinux
internal import CNetlink
internal import Glibc
package import NetworkModel
internal import NetworkPlanning

/// TCP connections that outlive their processes.
///
/// A connection whose other side does not answer any more, as in a lab with a broken route, goes on sending its FIN for
/// minutes after its process has ended, and holds its network namespace so long.
package enum TCPRemains {
    /// Ends every TCP connection in these namespaces, as `ss -K` does.
    ///
    /// Best effort: a kernel without INET_DIAG_DESTROY holds the namespaces until the connections give up.
    package static func end(in namespaces: [NamespaceName]) {
        let exchange = NetlinkExchange()
        try? NamespaceVisit.run(namespaces) { _ throws(KernelError) in
            guard let socket = try? NetlinkSocket(family: netlinkSocketDiagnosis) else { return }
            for identity in connections(socket, exchange) {
                try? exchange.ask(
                    socket, "end a connection", type: destroy, flags: NLM_F_ACK,
                    header: Request(identity: identity)
                ) { _ in }
            }
        }
    }

    private static func connections(_ socket: NetlinkSocket, _ exchange: NetlinkExchange) -> [Identity] {
        var found: [Identity] = []
        for family in [AF_INET, AF_INET6] {
            var request = Request(identity: Identity())
            request.family = UInt8(family)
            try? exchange.ask(
                socket, "list the connections", type: byFamily, flags: NLM_F_DUMP, header: request
            ) { message in
                guard let answer = message.header(Answer.self) else { return }
                found.append(Identity(family: answer.family, words: answer.words))
            }
        }
        return found
    }

    // <linux/sock_diag.h> and <linux/inet_diag.h>, whose arrays Swift would import as long tuples too.
    private static let netlinkSocketDiagnosis: Int32 = 4
    private static let byFamily = 20
    private static let destroy = 21
    /// All states but LISTEN (10) and TIME_WAIT (6), which hold no namespace; bit N is state N.
    private static let states: UInt32 = 0xfff & ~(1 << 10) & ~(1 << 6)

    /// `struct inet_diag_sockid`: ports, addresses, interface and cookie, given back as they came.
    private typealias Words = (
        UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
    )

    private struct Identity: BitwiseCopyable {
        var family: UInt8 = 0
        var words: Words = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    }

    /// `struct inet_diag_req_v2`.
    private struct Request: BitwiseCopyable {
        var family: UInt8
        var transport = UInt8(IPPROTO_TCP)
        var extensions: UInt8 = 0
        var padding: UInt8 = 0
        var states = TCPRemains.states
        var words: Words

        init(identity: Identity) {
            family = identity.family
            words = identity.words
        }
    }

    /// The beginning of `struct inet_diag_msg`.
    private struct Answer: BitwiseCopyable {
        var family: UInt8
        var state: UInt8
        var timer: UInt8
        var retransmissions: UInt8
        var words: Words
    }
}
