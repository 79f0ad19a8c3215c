internal import LabFiles
internal import NetworkModel

extension Examination {
    mutating func add(_ check: SourceCheck) {
        for (from, to, namespace) in pairs(check.from, check.to, "source") {
            guard let wanted = address(check.seen, of: from) else {
                missing("source \(from.name)", "has no such address as \(check.seen)")
                continue
            }
            // Without a port nobody has to serve: a listener of the check's own is asked. A Service has its backends.
            if let far = to.namespace, check.port == nil {
                let subject = "source \(from.name) -> \(to.name)"
                send(Probe(.seen(at: far), from: namespace, to: to.address), about: subject) { outcome in
                    guard case .seen(let address) = outcome else {
                        return Self.unseen(subject, outcome.text, wanted, from)
                    }
                    return address == wanted ? [] : Self.unseen(subject, "\(to.name) saw \(address)", wanted, from)
                }
                continue
            }
            for port in ports(check.port, to, .tcp, "source") {
                let subject = "source \(from.name) -> \(to.name):\(port)"
                let probe = Probe(.get(port: port, path: "/", count: 1), from: namespace, to: to.address)
                send(probe, about: subject) { outcome in
                    guard case .responses(let responses) = outcome, let answer = responses.first else {
                        return Self.unseen(subject, outcome.text, wanted, from)
                    }
                    guard let peer = answer.line("Peer"), let address = Self.address(ofPeer: peer) else {
                        return Self.unseen(
                            subject, "the server does not say whom it saw, as netlab/echo does", wanted, from)
                    }
                    let server = answer.line("Hostname") ?? to.name
                    return address == wanted ? [] : Self.unseen(subject, "\(server) saw \(address)", wanted, from)
                }
            }
        }
    }

    private static func unseen(_ subject: String, _ text: String, _ wanted: IPAddress, _ from: Spot) -> [Finding] {
        [Finding(subject, "\(text), wanted \(wanted)", wanted: "\(wanted)", found: text, node: from.name)]
    }

    private func address(_ seen: SourceCheck.Seen, of spot: Spot) -> IPAddress? {
        switch seen {
        case .from: spot.address
        case .node: inventory.node(spot.node)?.address
        case .router: inventory.node(spot.node)?.router
        case .address(let address): address
        }
    }

    /// `10.0.1.17:41022`, `[fd00::1]:41022`
    private static func address(ofPeer text: String) -> IPAddress? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return IPAddress(text[..<colon].filter { $0 != "[" && $0 != "]" })
    }

    mutating func add(_ check: MTUCheck) {
        for (from, to, namespace) in pairs(check.from, check.to, "mtu") {
            let subject = "mtu \(from.name) -> \(to.name)"
            send(Probe(.largest, from: namespace, to: to.address), about: subject) { outcome in
                func finding(_ message: String, _ wanted: String, _ found: String) -> Finding {
                    Finding(subject, message, wanted: wanted, found: found, node: from.name)
                }
                guard case .largest(let bytes, let discovery) = outcome, bytes > 0 else {
                    let text = outcome.reachability == nil ? "no answer of any size" : outcome.text
                    return [finding("\(text), wanted \(check.bytes) bytes", "\(check.bytes)", text)]
                }
                var result: [Finding] = []
                if bytes != check.bytes {
                    result.append(
                        finding(
                            "the largest packet has \(bytes) bytes, wanted \(check.bytes)", "\(check.bytes)", "\(bytes)"
                        ))
                }
                if check.discovery, !discovery {
                    result.append(
                        finding(
                            "a packet of more than \(bytes) bytes vanishes without an error: path MTU discovery fails",
                            "an error", "silence"))
                }
                return result
            }
        }
    }
}
