package import NetworkModel

/// A flow of the proxy in one line, after `hubble observe`'s compact form:
/// `CLIENT -> FRONTEND -> BACKEND VERDICT (PROTOCOL)`, names for addresses where they are known.
package struct FlowText: Sendable {
    private let names: [IPAddress: String]

    /// - Parameter names: who has an address: `default/hello-app-...` or a node's name.
    package init(names: [IPAddress: String]) { self.names = names }

    /// - Parameter service: the Service of the frontend as `namespace/name`, when there is one still.
    package func line(_ flow: FlowRecord, service: String?) -> String {
        let client = end(flow.client, flow.clientPort)
        let frontend =
            service.map { "\($0):\(flow.frontend.port) (\(flow.frontend.address))" }
            ?? "\(flow.frontend.address):\(flow.frontend.port)"
        let backend = flow.backend.map { backend in
            " -> "
                + (backend.pod.map { "\($0):\(backend.port) (\(backend.address))" }
                    ?? end(backend.address, backend.port))
        }
        let bytes = flow.bytesToBackend + flow.bytesToClient
        let counted = bytes > 0 ? " \(flow.bytesToBackend) bytes out, \(flow.bytesToClient) in" : ""
        return "\(flow.node): \(client) -> \(frontend)\(backend ?? "") \(flow.verdict.rawValue.uppercased())"
            + " (\(flow.frontend.transport.rawValue))\(counted)"
    }

    private func end(_ address: IPAddress, _ port: UInt16) -> String {
        names[address].map { "\($0):\(port) (\(address))" }
            ?? (address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)")
    }
}
