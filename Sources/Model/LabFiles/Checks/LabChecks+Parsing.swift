import NetworkModel

extension LabChecks {
    /// Reads `checks.yaml` strictly. What its places name is held against the lab by ``ChecksValidation``.
    ///
    /// - Parameter problems: every problem found is added, warnings included.
    /// - Returns: what could be read, and the tree it came from; the tree is nil for a file that is no YAML.
    static func parse(_ file: LabFile, problems: inout [Problem]) -> (checks: LabChecks, tree: YAMLValue?) {
        let reader = YAMLReader(bytes: file.bytes, file: file.path)
        problems += reader.problems
        guard let document = reader.documents.first else {
            if reader.problems.isEmpty {
                problems.append(
                    Problem(
                        at: SourcePlace(file: file.path), "the file is empty",
                        expected: "apiVersion: \(apiVersion), or no such file"))
            }
            return (LabChecks(), nil)
        }
        for extra in reader.documents.dropFirst() {
            problems.append(Problem(at: extra.place, "a second YAML document", expected: "one list of checks"))
        }
        let faults = SchemaWalk.problems(in: document, schema, .lenient)
        problems += faults
        var reading = CheckReading(document)
        for (index, item) in (document["checks"]?.items ?? []).enumerated() { reading.read(item, index) }
        // A check that the schema refuses needs no second message.
        let lines = Set(faults.filter { $0.severity == .error }.compactMap(\.line))
        problems += reading.problems.filter { problem in problem.line.map { !lines.contains($0) } ?? true }
        return (LabChecks(checks: reading.checks), document)
    }
}

/// One file's checks as they are read, one after the other.
struct CheckReading {
    private(set) var checks: [Check] = []
    private(set) var problems: [Problem] = []
    private let within: Double
    private let timeout: Double

    init(_ document: YAMLValue) {
        within = document["within"]?.text.flatMap { CheckDuration.seconds($0) } ?? Check.defaultWithin
        timeout = document["timeout"]?.text.flatMap { CheckDuration.seconds($0) } ?? Check.defaultTimeout
    }

    mutating func read(_ item: YAMLValue, _ index: Int) {
        let field = "checks[\(index)]"
        guard let (_, subject) = subject(item, field, among: LabChecks.kinds) else { return }
        if let second = item.entry("for"), item["within"] != nil {
            problems.append(
                Problem(
                    at: second.keyPlace, field: field + ".for", "a check waits (within) or watches (for), not both"))
        }
        let name = item["name"]?.text ?? "\(subject)"
        if let first = checks.first(where: { $0.name == name }) {
            problems.append(
                Problem(
                    at: item["name"]?.place ?? item.place, field: field + ".name",
                    "there is a check \"\(name)\" already, on line \(first.place.line ?? 0)", expected: "another name"))
        }
        let watch = item["for"]?.text.flatMap { CheckDuration.seconds($0) }
        let wait = item["within"]?.text.flatMap { CheckDuration.seconds($0) } ?? within
        checks.append(
            Check(
                name: name, why: item["why"]?.text ?? "", timing: watch.map { .holds($0) } ?? .within(wait),
                timeout: item["timeout"]?.text.flatMap { CheckDuration.seconds($0) } ?? timeout,
                isWarning: item["severity"]?.text == "warning", subject: subject, place: item.place))
    }

    /// The one kind that an item has; nil, with a problem, when it has none, several, or one that cannot be read.
    private mutating func subject(
        _ item: YAMLValue, _ field: String, among kinds: [String]
    ) -> (String, Check.Subject)? {
        let present = kinds.filter { item[$0] != nil }
        guard let kind = present.first, present.count == 1, let value = item[kind] else {
            problems.append(
                Problem(
                    at: item.place, field: field,
                    present.isEmpty
                        ? "this checks nothing" : "this is several checks: " + present.joined(separator: ", "),
                    expected: "one of " + kinds.joined(separator: ", ")))
            return nil
        }
        return read(kind, value, field + "." + kind).map { (kind, $0) }
    }

    private mutating func read(_ kind: String, _ value: YAMLValue, _ field: String) -> Check.Subject? {
        switch kind {
        case "routes": return routes(value, field)
        case "converges": return converges(value, field)
        case "service":
            guard let name = value["name"]?.text.flatMap({ LabOptions.ServiceName(text: $0) }) else { return nil }
            return .service(
                ServiceCheck(
                    service: name, port: value.port, active: value["active"]?.integer,
                    clusterIP: value["clusterIP"]?.text.flatMap { IPAddress($0) }))
        case "snapshot":
            guard let file = value["file"]?.text else { return nil }
            return .snapshot(
                SnapshotCheck(
                    file: file, mode: value["mode"]?.text.flatMap { SnapshotMode(rawValue: $0) } ?? .noDiff,
                    ignore: value["ignore"]?.text))
        default: break
        }
        let (from, to) = (value.places("from"), value.places("to"))
        guard !from.isEmpty, !to.isEmpty else { return nil }
        switch kind {
        case "reach": return reach(value, from, to, field)
        case "http":
            return .http(
                HTTPCheck(
                    from: from, to: to, port: value.port, path: value["path"]?.text ?? "/",
                    status: value["status"]?.integer ?? 200, contains: value.texts("contains")))
        case "path":
            return .path(
                PathCheck(
                    from: from, to: to, hops: value.texts("hops").compactMap { PathCheck.Hop($0) },
                    back: value["back"].map { _ in value.texts("back").compactMap { PathCheck.Hop($0) } }))
        case "spread": return spread(value, from, to, field)
        case "source":
            return .source(
                SourceCheck(
                    from: from, to: to, port: value.port,
                    seen: value["seen"]?.text.flatMap { SourceCheck.Seen($0) } ?? .from))
        case "mtu":
            guard let bytes = value["bytes"]?.integer else { return nil }
            return .mtu(MTUCheck(from: from, to: to, bytes: bytes, discovery: value["discovery"]?.boolean ?? true))
        default: return nil
        }
    }

    private mutating func routes(_ value: YAMLValue, _ field: String) -> Check.Subject? {
        let on = value.places("on")
        guard !on.isEmpty else { return nil }
        let table: RouteTable =
            switch value["table"]?.text {
            case nil, "main": .main
            case "local": .local
            case "default": RouteTable(rawValue: 253)
            case _: RouteTable(rawValue: value["table"]?.integer.flatMap { UInt32(exactly: $0) } ?? 254)
            }
        let check = RouteCheck(
            on: on, table: table, exact: value["exact"].map { _ in value.texts("exact") },
            present: value.texts("present"), absent: value.texts("absent"),
            nextHops: (value["nextHop"]?.entries ?? []).compactMap { entry in
                entry.value.text.map { RouteCheck.NextHop(destination: entry.key, wanted: $0) }
            },
            count: value["count"]?.integer)
        if check.exact == nil, check.present.isEmpty, check.absent.isEmpty, check.nextHops.isEmpty, check.count == nil {
            problems.append(
                Problem(
                    at: value.place, field: field, "nothing is said about the routes",
                    expected: "exact, present, absent, nextHop or count"))
        }
        return .routes(check)
    }

    private mutating func reach(_ value: YAMLValue, _ from: [Place], _ to: [Place], _ field: String) -> Check.Subject {
        let transport = value["protocol"]?.text.flatMap { ProbeProtocol(rawValue: $0) } ?? .icmp
        let check = ReachCheck(
            from: from, to: to, transport: transport, port: value.port,
            expect: value["expect"]?.text.flatMap { Reachability(rawValue: $0) } ?? .yes)
        let needsPort = to.contains { if case .service = $0 { false } else { true } }
        if transport == .icmp, let port = value.entry("port") {
            problems.append(
                Problem(
                    at: port.keyPlace, field: field + ".port", "ICMP has no ports", expected: "protocol: tcp or udp"))
        } else if transport != .icmp, check.port == nil, needsPort {
            problems.append(
                Problem(
                    at: value.place, field: field + ".port", "this required field is missing",
                    expected: "a port, which only a Service has by itself"))
        }
        return .reach(check)
    }

    private mutating func spread(_ value: YAMLValue, _ from: [Place], _ to: [Place], _ field: String) -> Check.Subject {
        let (least, most) = (value["least"]?.integer ?? 1, value["most"]?.integer ?? 100)
        if least > most {
            problems.append(
                Problem(at: value.place, field: field + ".least", "\(least) is more than most, \(most)"))
        }
        return .spread(
            SpreadCheck(
                from: from, to: to, port: value.port, requests: value["requests"]?.integer ?? 100,
                backends: value["backends"]?.integer, share: min(least, most)...max(least, most)))
    }

    private mutating func converges(_ value: YAMLValue, _ field: String) -> Check.Subject? {
        guard let until = value["until"], let after = value["after"] else { return nil }
        let present = LabChecks.actions.filter { after[$0] != nil }
        guard present.count == 1, let action = action(after) else {
            if present.count != 1 {
                problems.append(
                    Problem(
                        at: after.place, field: field + ".after",
                        present.isEmpty
                            ? "nothing is done" : "several things are done: " + present.joined(separator: ", "),
                        expected: "one of " + LabChecks.actions.joined(separator: ", ")))
            }
            return nil
        }
        let kinds = LabChecks.kinds.filter { $0 != "converges" }
        guard let (_, condition) = subject(until, field + ".until", among: kinds) else { return nil }
        return .converges(ConvergenceCheck(action: action, until: condition))
    }

    private func action(_ after: YAMLValue) -> ConvergenceCheck.Action? {
        func name(_ value: YAMLValue?) -> LabOptions.ServiceName? {
            value?.text.flatMap { LabOptions.ServiceName(text: $0) }
        }
        if let route = after["deleteRoute"], let node = route["on"]?.text,
            let destination = route["to"]?.text.flatMap({ IPPrefix($0) })
        {
            return .deleteRoute(node: node, destination: destination.network)
        }
        if let node = after["nodeDown"]?.text { return .nodeDown(node) }
        if let scale = after["scale"], let deployment = name(scale["deployment"]),
            let replicas = scale["replicas"]?.integer
        {
            return .scale(deployment, replicas: replicas)
        }
        if let endpoints = after["endpoints"], let service = name(endpoints["service"]) {
            return .endpoints(service, endpoints.texts("addresses").compactMap { IPAddress($0) })
        }
        return nil
    }
}

extension YAMLValue {
    /// The texts of a field that takes one or a list.
    fileprivate func texts(_ key: String) -> [String] {
        guard let value = self[key] else { return [] }
        return value.items?.compactMap(\.text) ?? value.text.map { [$0] } ?? []
    }

    fileprivate func places(_ key: String) -> [Place] { texts(key).compactMap { Place($0) } }

    fileprivate var port: UInt16? { self["port"]?.integer.flatMap { UInt16(exactly: $0) } }
}
