internal import APIServer
package import KubernetesModel

/// A lab's kubeconfig: one cluster, one user, one context, all named as kind names them.
package struct Kubeconfig: Hashable, Sendable {
    /// `kind-LAB`, as kind calls its contexts.
    package static func context(ofLab lab: String) -> String { "kind-\(lab)" }

    /// Where pods and nodes reach the server, from the endpoints of the service `kubernetes`.
    package static func insideServer(_ endpoints: [AnyKubernetesObject]) -> String? {
        let all = endpoints.compactMap { $0.object as? Endpoints }
        guard let subset = all.first(where: { $0.name == "kubernetes" })?.subsets?.first,
            let address = subset.addresses?.first?.ip, let port = subset.ports?.first?.port
        else { return nil }
        return "https://" + HostPort.joined(address, "\(port)")
    }

    /// The same for another server.
    package static func text(_ text: String, withServer server: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("    server: ") ? "    server: \(server)" : String(line)
        }.joined(separator: "\n")
    }

    /// As YAML.
    package var text: String

    /// - Parameter server: `https://HOST:PORT`
    init(lab: String, server: String, certificates: LabCertificates) {
        func base64(_ pem: String) -> String { Base64.encode(Array(pem.utf8)) }
        let name = Self.context(ofLab: lab)
        text = """
            apiVersion: v1
            kind: Config
            clusters:
            - cluster:
                certificate-authority-data: \(base64(certificates.authority))
                server: \(server)
              name: \(name)
            contexts:
            - context:
                cluster: \(name)
                user: \(name)
              name: \(name)
            current-context: \(name)
            preferences: {}
            users:
            - name: \(name)
              user:
                client-certificate-data: \(base64(certificates.administrator))
                client-key-data: \(base64(certificates.administratorKey))

            """
    }
}
