package import NetworkModel

/// Whom a check is about: a node, a pod, several of them, a Service or a bare address.
///
/// The text of each form is docs/checks.md's.
package enum Place: Hashable, Sendable {
    /// `host`: the namespace with the bridge, which plays the docker host.
    case host
    /// `nodes`, `control-planes`, `workers`.
    case nodes, controlPlanes, workers
    /// `kind-worker`
    case node(String)
    /// `pods`: every pod with an address of its own.
    case pods
    /// `pod/NAME`, `pod/NAMESPACE/NAME`
    case pod(LabOptions.ServiceName)
    /// `deployment/NAME`, `deployment/NAMESPACE/NAME`: its pods.
    case deployment(LabOptions.ServiceName)
    /// `KEY=VALUE`: the pods with this label, of all namespaces.
    case labelled(String, String)
    /// `service/NAME`, `service/NAMESPACE/NAME`: its ClusterIP.
    case service(LabOptions.ServiceName)
    /// `172.18.0.1`
    case address(IPAddress)

    /// Reads a place; nil when the text has none of the forms.
    package init?(_ text: String) {
        switch text {
        case "host": self = .host
        case "nodes": self = .nodes
        case "control-planes": self = .controlPlanes
        case "workers": self = .workers
        case "pods": self = .pods
        default:
            if let address = IPAddress(text) {
                self = .address(address)
            } else if let equals = text.firstIndex(of: "=") {
                let (key, value) = (text[..<equals], text[text.index(after: equals)...])
                guard !key.isEmpty, !value.isEmpty, !value.contains("=") else { return nil }
                self = .labelled(String(key), String(value))
            } else if let slash = text.firstIndex(of: "/") {
                guard let name = LabOptions.ServiceName(object: text[text.index(after: slash)...]) else { return nil }
                switch text[..<slash] {
                case "pod": self = .pod(name)
                case "deployment": self = .deployment(name)
                case "service": self = .service(name)
                default: return nil
                }
            } else if TextRule.isLabel(text[...]) {
                self = .node(text)
            } else {
                return nil
            }
        }
    }

    /// Whether a probe can start there, and routing tables be read.
    package var hasNamespace: Bool {
        switch self {
        case .service, .address: false
        default: true
        }
    }
}

extension Place: CustomStringConvertible {
    /// The text it is read from; the namespace `default` is left out.
    package var description: String {
        switch self {
        case .host: "host"
        case .nodes: "nodes"
        case .controlPlanes: "control-planes"
        case .workers: "workers"
        case .node(let name): name
        case .pods: "pods"
        case .pod(let name): "pod/\(name.short)"
        case .deployment(let name): "deployment/\(name.short)"
        case .labelled(let key, let value): "\(key)=\(value)"
        case .service(let name): "service/\(name.short)"
        case .address(let address): "\(address)"
        }
    }
}

extension LabOptions.ServiceName {
    /// `NAME` or `NAMESPACE/NAME`, where the name may have dots, as pods' may.
    fileprivate init?(object text: Substring) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let name = parts.last,
            TextRule.dnsSubdomain.fault(String(name)) == nil, parts.count == 1 || TextRule.isLabel(parts[0])
        else { return nil }
        self.init(namespace: parts.count == 2 ? String(parts[0]) : "default", name: String(name))
    }

    /// The name alone in the namespace `default`.
    package var short: String { namespace == "default" ? name : description }
}
