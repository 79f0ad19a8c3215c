import NetworkModel

extension PathCheck.Hop {
    /// `from`, `to`, `host` or a node's name.
    init?(_ text: String) {
        switch text {
        case "from": self = .ownNode
        case "to": self = .farNode
        default:
            switch Place(text) {
            case .host: self = .place(.host)
            case .node(let name): self = .place(.node(name))
            default: return nil
            }
        }
    }
}

extension SourceCheck.Seen {
    /// `from`, `node`, `router` or an address.
    init?(_ text: String) {
        switch text {
        case "from": self = .from
        case "node": self = .node
        case "router": self = .router
        default:
            guard let address = IPAddress(text) else { return nil }
            self = .address(address)
        }
    }
}

extension Check.Subject: CustomStringConvertible {
    /// What is checked, in a few words: the name of a check that is given none.
    package var description: String {
        switch self {
        case .routes(let check):
            "routes \(Self.list(check.on))" + (check.table == .main ? "" : " table \(check.table)")
        case .reach(let check):
            "reach \(Self.ends(check.from, check.to, check.port)) \(check.transport.rawValue)"
                + (check.expect == .yes ? "" : " \(check.expect.rawValue)")
        case .http(let check): "http \(Self.ends(check.from, check.to, check.port))\(check.path)"
        case .path(let check): "path \(Self.ends(check.from, check.to, nil))"
        case .spread(let check): "spread \(Self.ends(check.from, check.to, check.port))"
        case .source(let check): "source \(Self.ends(check.from, check.to, check.port))"
        case .mtu(let check): "mtu \(Self.ends(check.from, check.to, nil))"
        case .service(let check): "service \(check.service.short)" + (check.port.map { ":\($0)" } ?? "")
        case .snapshot(let check): "snapshot \(check.file)" + (check.mode == .noDiff ? "" : " \(check.mode.rawValue)")
        case .converges(let check): "converges after \(check.action)"
        }
    }

    private static func list(_ places: [Place]) -> String { places.map(\.description).joined(separator: ",") }

    private static func ends(_ from: [Place], _ to: [Place], _ port: UInt16?) -> String {
        "\(list(from)) -> \(list(to))" + (port.map { ":\($0)" } ?? "")
    }
}

extension ConvergenceCheck.Action: CustomStringConvertible {
    /// What is done, in a few words.
    package var description: String {
        switch self {
        case .deleteRoute(let node, let destination): "deleting \(destination) on \(node)"
        case .nodeDown(let node): "\(node) going down"
        case .scale(let deployment, let replicas): "scaling \(deployment.short) to \(replicas)"
        case .endpoints(let service, let addresses):
            "endpoints of \(service.short) becoming \(addresses.map(\.description).joined(separator: ", "))"
        }
    }
}
