internal import LabFiles
internal import NetworkModel

extension Examination {
    mutating func add(_ check: ReachCheck) {
        for (from, to, namespace) in pairs(check.from, check.to, "reach") {
            let kinds: [Probe.Kind] =
                switch check.transport {
                case .icmp: [.echo]
                case .tcp: ports(check.port, to, .tcp, "reach").map { .connect(port: $0) }
                case .udp: ports(check.port, to, .udp, "reach").map { .datagram(port: $0) }
                }
            for kind in kinds {
                let subject = "reach \(from.name) -> \(to.name)\(kind.portText) \(check.transport.rawValue)"
                send(Probe(kind, from: namespace, to: to.address), about: subject) { outcome in
                    if check.expect.accepts(outcome) { return [] }
                    let text = outcome.reachability == .yes ? "an answer came" : outcome.text
                    return [
                        Finding(
                            subject, "\(text), wanted \(check.expect.wish)", wanted: check.expect.wish, found: text,
                            node: from.name)
                    ]
                }
            }
        }
    }

    mutating func add(_ check: HTTPCheck) {
        for (from, to, namespace) in pairs(check.from, check.to, "http") {
            for port in ports(check.port, to, .tcp, "http") {
                let subject = "http \(from.name) -> \(to.name):\(port)\(check.path)"
                let probe = Probe(.get(port: port, path: check.path, count: 1), from: namespace, to: to.address)
                send(probe, about: subject) { outcome in
                    func finding(_ message: String, _ wanted: String, _ found: String) -> [Finding] {
                        [Finding(subject, message, wanted: wanted, found: found, node: from.name)]
                    }
                    guard case .responses(let responses) = outcome, let answer = responses.first else {
                        return finding(
                            "\(outcome.text), wanted status \(check.status)", "\(check.status)", outcome.text)
                    }
                    if answer.status != check.status {
                        return finding(
                            "status \(answer.status), wanted \(check.status)", "\(check.status)", "\(answer.status)")
                    }
                    return check.contains.filter { !answer.body.contains($0) }.flatMap {
                        finding("the answer does not contain \"\($0)\"", $0, answer.body.firstLine)
                    }
                }
            }
        }
    }
}

extension Probe.Kind {
    /// `:8080`; nothing for what has no port.
    fileprivate var portText: String {
        switch self {
        case .connect(let port), .datagram(let port), .get(let port, _, _): ":\(port)"
        case .echo, .hops, .largest, .seen: ""
        }
    }
}

extension Reachability {
    func accepts(_ outcome: ProbeOutcome) -> Bool {
        self == .no ? outcome.reachability != .yes : outcome.reachability == self
    }

    /// What is wanted, in words.
    var wish: String {
        switch self {
        case .yes: "an answer"
        case .no: "no answer"
        case .refused: "a refusal"
        case .timeout: "silence"
        case .unreachable: "unreachable"
        }
    }
}

extension String {
    /// Of a text that somebody else wrote, at most 80 characters of one line.
    var firstLine: String { String((split(whereSeparator: \.isNewline).first ?? "").prefix(80)) }
}
