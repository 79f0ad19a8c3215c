internal import KubernetesModel
internal import NetworkModel

/// What `cilium service list` prints (cilium/cmd/service_list.go, 1.12: no protocol beside the frontend).
package enum ServiceListText {
    /// The whole text, with the trailing spaces of the original; the frontends and their backends in the table's order.
    package static func render(_ table: ForwardingTable) -> String {
        var text = "ID\tFrontend\tService Type\tBackend\t\n"
        for entry in table.entries {
            let backends = entry.backends.enumerated().map { index, backend in
                "\(index + 1) => \(HostPort.joined("\(backend.address)", "\(backend.port)")) (\(backend.state.rawValue))"
            }
            let frontend = HostPort.joined("\(entry.frontend.address)", "\(entry.frontend.port)")
            text += "\(entry.id)\t\(frontend)\tClusterIP\t\(backends.first ?? "")\t\n"
            for backend in backends.dropFirst() { text += "\t\t\t\(backend)\t\n" }
        }
        return TabWriter(minimumWidth: 5, padding: 3).format(text)
    }
}
