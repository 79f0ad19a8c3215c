import NetworkModel

extension Fault {
    /// Reads a fault's file strictly.
    ///
    /// - Parameter name: the file's name without `.yaml`.
    /// - Throws: every problem found, each with file, line and field.
    package static func parse(_ file: LabFile, name: String) throws(LabProblems) -> Fault {
        let reader = YAMLReader(bytes: file.bytes, file: file.path)
        var problems = reader.problems
        let place = SourcePlace(file: file.path)
        if reader.documents.isEmpty, problems.isEmpty {
            problems.append(Problem(at: place, "the file is empty", expected: "apiVersion: \(LabOptions.apiVersion)"))
        }
        for extra in reader.documents.dropFirst() {
            problems.append(Problem(at: extra.place, "a second YAML document", expected: "one fault"))
        }
        guard let document = reader.documents.first else { throw LabProblems(problems) }
        problems += SchemaWalk.problems(in: document, schema, .lenient)
        let hints = (document["hints"]?.items ?? []).compactMap(\.text)
        if let list = document["hints"], list.items != nil, hints.count != 3 {
            problems.append(Problem(at: list.place, field: "hints", "\(hints.count) hints", expected: "three"))
        }
        var operations: [Operation] = []
        for (index, item) in (document["inject"]?.items ?? []).enumerated() {
            let present = (item.entries ?? []).map(\.key).filter { operationNames.contains($0) }
            if present.count == 1, let value = item[present[0]] {
                if let operation = Operation(present[0], value) { operations.append(operation) }
            } else if item.entries != nil {
                problems.append(
                    Problem(
                        at: item.place, field: "inject[\(index)]",
                        present.isEmpty ? "this does nothing" : "these are several: " + present.joined(separator: ", "),
                        expected: "one of " + operationNames.joined(separator: ", ")))
            }
        }
        guard !problems.contains(where: { $0.severity == .error }) else { throw LabProblems(problems) }
        func text(_ key: String) -> String { document[key]?.text ?? "" }
        return Fault(
            name: name, title: text("title"), source: text("source"), breaks: text("breaks"), shows: text("shows"),
            finding: text("finding"), hints: hints, repair: text("repair"),
            isReconciled: document["reconciled"]?.boolean ?? true, operations: operations)
    }
}

extension Fault.Operation {
    /// nil for what the schema refuses.
    fileprivate init?(_ word: String, _ value: YAMLValue) {
        if word == "stopDaemon" {
            self = .stopDaemon
            return
        }
        guard let on = value["on"]?.text.flatMap({ Fault.Stage(rawValue: $0) }) else { return nil }
        func text(_ key: String) -> String? { value[key]?.text }
        let table: RouteTable =
            switch text("table") {
            case nil, "main": .main
            case "local": .local
            case let name?: RouteTable(rawValue: UInt32(name) ?? RouteTable.main.rawValue)
            }
        let priority = value["priority"]?.integer.flatMap { UInt32(exactly: $0) }
        switch word {
        case "addRoute":
            guard let line = text("route") else { return nil }
            self = .addRoute(on: on, table: table, line: line)
        case "replaceRoute":
            guard let line = text("route") else { return nil }
            self = .replaceRoute(on: on, table: table, line: line)
        case "deleteRoute":
            guard let to = text("to") else { return nil }
            self = .deleteRoute(on: on, table: table, to: to)
        case "addRule":
            guard let priority else { return nil }
            self = .addRule(on: on, priority: priority, from: text("from"), to: text("to"), table: table)
        case "deleteRule":
            guard let priority else { return nil }
            self = .deleteRule(on: on, priority: priority)
        case "addAddress":
            guard let address = text("address"), let link = text("link") else { return nil }
            self = .addAddress(on: on, address: address, link: link)
        case "deleteAddress":
            guard let address = text("address") else { return nil }
            self = .deleteAddress(on: on, address: address)
        case "changeLink":
            guard let link = text("link") else { return nil }
            self = .changeLink(
                on: on, link: link, isUp: value["up"]?.boolean, mtu: value["mtu"]?.integer,
                isIsolated: value["isolated"]?.boolean)
        case "setSysctl":
            guard let name = text("name"), let setting = text("value") else { return nil }
            self = .setSysctl(on: on, name: name, value: setting)
        case "setNeighbour":
            guard let address = text("address"), let link = text("link"),
                let mac = text("lladdr").flatMap({ MACAddress($0) })
            else { return nil }
            self = .setNeighbour(on: on, address: address, link: link, mac: mac)
        case "deleteFirewall":
            guard let table = text("table") else { return nil }
            self = .deleteFirewall(on: on, table: table, comment: text("comment"))
        default: return nil
        }
    }
}

extension Fault {
    /// The name that was probably meant; nil when none is near.
    package static func nearest(to word: String, among names: [String]) -> String? {
        Spelling.nearest(to: word, among: names)
    }
}
