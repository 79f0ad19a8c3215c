import NetworkModel

extension LabChecks {
    static let apiVersion = LabOptions.apiVersion

    static let schema = Schema.object([
        Field("apiVersion", .oneOf([apiVersion]), required: true),
        Field("kind", .oneOf(["Checks"])),
        Field("within", .text(CheckDuration.rule)),
        Field("timeout", .text(CheckDuration.rule)),
        Field("checks", .list(.object(general + subjects + [converges])), required: true),
    ])

    /// The names of the kinds, in the order of the manual.
    static let kinds = subjects.map(\.name) + [converges.name]

    private static let general = [
        Field("name", .text(TextRule("one line of at most 120 characters") { isName($0) ? nil : "this is no name" })),
        Field("why", .text),
        Field("severity", .oneOf(["error", "warning"])),
        Field("within", .text(CheckDuration.rule)),
        Field("for", .text(CheckDuration.rule)),
        Field("timeout", .text(CheckDuration.rule)),
    ]

    private static let subjects = [
        Field("routes", routes), Field("reach", reach), Field("http", http), Field("path", path),
        Field("spread", spread), Field("source", source), Field("mtu", mtu), Field("service", service),
        Field("snapshot", snapshot),
    ]

    private static let converges = Field(
        "converges",
        .object([
            Field("after", after, required: true), Field("until", .object(subjects), required: true),
        ]))

    private static let snapshot = Schema.object([
        Field("file", .text(insideDirectory), required: true),
        Field("mode", .oneOf(SnapshotMode.allCases.map(\.rawValue))), Field("ignore", .text(insideDirectory)),
    ])

    private static let routes = Schema.object([
        Field("on", places, required: true),
        Field(
            "table",
            .integerOrText(tableNumber, TextRule.oneOf(["main", "local", "default"]) { "\"\($0)\" is no table" })),
        Field("exact", .list(line)),
        Field("present", .oneOrMore(line)),
        Field("absent", .oneOrMore(line)),
        Field("nextHop", .map(keys: addressOrVariable, values: .text(nextHop))),
        Field("count", .integer(0...Int(Int32.max))),
    ])

    private static let ends = [Field("from", places, required: true), Field("to", targets, required: true)]
    private static let port = Field("port", .integer(IntegerRule.port))

    private static let reach = Schema.object(
        ends + [
            port, Field("protocol", .oneOf(ProbeProtocol.allCases.map(\.rawValue))),
            Field("expect", .oneOf(Reachability.allCases.map(\.rawValue))),
        ])

    private static let http = Schema.object(
        ends + [
            port,
            Field("path", .text(TextRule("a path such as /") { $0.hasPrefix("/") ? nil : "\"\($0)\" is no path" })),
            Field("status", .integer(100...599)), Field("contains", .oneOrMore(.text)),
        ])

    private static let path = Schema.object(
        ends + [
            Field("hops", .list(.text(hop)), required: true),
            Field("back", .list(.text(hop))),
        ])

    private static let spread = Schema.object(
        ends + [
            port, Field("requests", .integer(1...10_000)), Field("backends", .integer(0...1000)),
            Field("least", .integer(0...100)), Field("most", .integer(0...100)),
        ])

    private static let source = Schema.object(
        ends + [
            port,
            Field(
                "seen",
                .text(
                    TextRule("from, node, router or an address") {
                        SourceCheck.Seen($0) == nil
                            ? "\"\($0)\" is nobody's address" : nil
                    })),
        ])

    private static let mtu = Schema.object(
        ends + [Field("bytes", .integer(68...65_535), required: true), Field("discovery", .boolean)])

    private static let service = Schema.object([
        Field("name", .text(LabOptions.serviceName), required: true), port, Field("active", .integer(0...10_000)),
        Field("clusterIP", .text(TextRule.ipv4Address)),
    ])

    private static let after = Schema.object([
        Field(
            "deleteRoute",
            .object([
                Field("on", .text(TextRule.dnsLabel), required: true),
                Field("to", .text(TextRule.ipv4CIDR), required: true),
            ])),
        Field("nodeDown", .text(TextRule.dnsLabel)),
        Field(
            "scale",
            .object([
                Field("deployment", .text(LabOptions.serviceName), required: true),
                Field("replicas", .integer(0...2000), required: true),
            ])),
        Field(
            "endpoints",
            .object([
                Field("service", .text(LabOptions.serviceName), required: true),
                Field("addresses", .list(.text(TextRule.ipv4Address)), required: true),
            ])),
    ])

    /// The actions, in the order of the manual.
    static let actions = ["deleteRoute", "nodeDown", "scale", "endpoints"]

    // MARK: Words

    private static let places = Schema.oneOrMore(
        .text(
            TextRule("host, nodes, workers, pods, a node's name, pod/NAME, deployment/NAME or LABEL=VALUE") { text in
                guard let place = Place(text) else { return "\"\(text)\" names no place" }
                return place.hasNamespace ? nil : "\"\(text)\" is nowhere to look from"
            }))

    private static let targets = Schema.oneOrMore(
        .text(
            TextRule("a place to start from, service/NAME or an address") {
                Place($0) == nil ? "\"\($0)\" names no place" : nil
            }))

    private static let tableNumber = IntegerRule(1...Int(UInt32.max), "main, local, default or a number")

    private static let line = Schema.text(
        TextRule("a line as `ip route` prints it, such as 10.0.2.0/24 via 172.18.0.3 dev eth0") { text in
            let plain = RouteVariable.substituted(text) { $0.sample }
            return plain.flatMap { RoutePattern($0) } == nil ? "\"\(text)\" is no route" : nil
        })

    private static let addressOrVariable = TextRule("an address such as 10.0.2.7") { text in
        let plain = RouteVariable.substituted(text) { $0.sample }
        return plain.flatMap { IPAddress($0) } == nil ? "\"\(text)\" is not an IP address" : nil
    }

    private static let nextHop = TextRule("a gateway's address, or dev LINK") { text in
        if text.hasPrefix("dev ") { return nil }
        return addressOrVariable.fault(text)
    }

    private static let insideDirectory = TextRule("a path inside the lab's directory, such as expected/network.json") {
        let parts = $0.split(separator: "/", omittingEmptySubsequences: false)
        return parts.contains { $0.isEmpty || $0 == ".." } || $0.utf8.contains(0) ? "\"\($0)\" leads elsewhere" : nil
    }

    private static let hop = TextRule("from, to, host or a node's name") {
        PathCheck.Hop($0) == nil ? "\"\($0)\" names no router" : nil
    }

    private static func isName(_ text: String) -> Bool {
        (1...120).contains(text.count) && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
    }
}
