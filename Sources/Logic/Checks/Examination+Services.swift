internal import LabFiles
internal import NetworkModel

extension Examination {
    mutating func add(_ check: ServiceCheck) {
        readForwarding()
        let name = "service \(check.service.short)"
        judge { sight in
            guard let forwarding = sight.forwarding else {
                return [
                    Finding(
                        name, "the lab's daemon does not answer, so nothing is forwarded", wanted: "a daemon",
                        found: "none")
                ]
            }
            let entries = forwarding.filter { $0.service == check.service && $0.port == check.port ?? $0.port }
            if entries.isEmpty {
                let what = check.port.map { "port \($0) of it" } ?? "it"
                return [Finding(name, "the proxy does not have \(what)", wanted: what, found: "nothing")]
            }
            return entries.flatMap { entry in
                let subject = "\(name):\(entry.port)/\(entry.transport)"
                var result: [Finding] = []
                if let wanted = check.clusterIP, wanted != entry.address {
                    result.append(
                        Finding(
                            subject, "has the ClusterIP \(entry.address), wanted \(wanted)", wanted: "\(wanted)",
                            found: "\(entry.address)"))
                }
                if let wanted = check.active, wanted != entry.active {
                    result.append(
                        Finding(
                            subject, "has \(entry.active) active backends, wanted \(wanted)", wanted: "\(wanted)",
                            found: "\(entry.active)"))
                }
                return result
            }
        }
    }

    mutating func add(_ check: SpreadCheck) {
        if check.backends == nil { readForwarding() }
        for (from, to, namespace) in pairs(check.from, check.to, "spread") {
            for port in ports(check.port, to, .tcp, "spread") {
                let subject = "spread \(from.name) -> \(to.name):\(port)"
                let probe = Probe(
                    .get(port: port, path: "/", count: check.requests), from: namespace, to: to.address)
                send(probe, about: subject) { outcome in
                    Self.uneven(check, outcome, subject, from)
                }
                judge { sight in
                    guard case .responses(let responses) = sight.outcomes[probe] else { return [] }
                    let active = sight.forwarding?.first { $0.address == to.address && $0.port == port }?.active
                    guard let wanted = check.backends ?? active else {
                        return [Finding(subject, "nobody knows its backends", wanted: "backends", found: "none")]
                    }
                    let found = Set(responses.compactMap { $0.line("Hostname") }).count
                    if found == wanted { return [] }
                    return [
                        Finding(
                            subject, "\(found) backends answered, wanted \(wanted)", wanted: "\(wanted)",
                            found: "\(found)", node: from.name)
                    ]
                }
            }
        }
    }

    /// Requests that were not answered, and backends that had too few or too many.
    private static func uneven(
        _ check: SpreadCheck, _ outcome: ProbeOutcome, _ subject: String, _ from: Spot
    ) -> [Finding] {
        func finding(_ message: String, _ wanted: String, _ found: String) -> Finding {
            Finding(subject, message, wanted: wanted, found: found, node: from.name)
        }
        guard case .responses(let responses) = outcome else {
            return [finding("\(outcome.text), wanted answers", "answers", outcome.text)]
        }
        var result: [Finding] = []
        if responses.count < check.requests {
            let text = "\(responses.count) of \(check.requests) requests were answered"
            result.append(finding(text, "\(check.requests)", "\(responses.count)"))
        }
        var counts: [String: Int] = [:]
        for response in responses { counts[response.line("Hostname") ?? "", default: 0] += 1 }
        for (backend, count) in counts.sorted(by: { $0.key < $1.key }) {
            if backend.isEmpty {
                result.append(finding("\(count) answers do not say whose they are", "a line Hostname:", "none"))
            } else if count * 100 < check.share.lowerBound * check.requests
                || count * 100 > check.share.upperBound * check.requests
            {
                let wanted = "\(check.share.lowerBound) to \(check.share.upperBound) percent"
                result.append(
                    finding(
                        "\(backend) had \(count) of \(check.requests) requests, wanted \(wanted)", wanted, "\(count)"))
            }
        }
        return result
    }
}
