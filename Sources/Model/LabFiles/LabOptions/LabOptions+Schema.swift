extension LabOptions {
    static let apiVersion = "netlab/v1alpha1"

    static let schema = Schema.object([
        Field("apiVersion", .oneOf([apiVersion]), required: true),
        Field("kind", .oneOf(["Lab"])),
        Field("name", .text(Lab.nameRule)),
        Field("seed", .integer(0...Int.max)),
        Field("underlay", underlay),
        Field("nodes", .map(keys: nil, values: node)),
        Field("services", .map(keys: serviceName, values: .object([Field("clusterIP", .text(TextRule.ipv4Address))]))),
        Field("proxy", proxy),
        Field("bgp", .anything, effect: .refused("bgp is not yet supported")),
    ])

    private static let underlay = Schema.object(
        [
            Field("subnet", .text(TextRule.ipv4CIDR)),
            Field("gateway", .text(TextRule.ipv4Address)),
            Field("mtu", .integer(576...65535)),
        ]
            + ["segments", "routers", "links", "rate", "loss", "delay"].map {
                Field($0, .anything, effect: .refused("\($0) is not yet supported: all nodes share one segment"))
            })

    private static let node = Schema.object([
        Field("address", .text(TextRule.ipv4Address)),
        Field("podCIDR", .text(TextRule.ipv4CIDR)),
        Field("router", .text(TextRule.ipv4Address)),
    ])

    private static let proxy = Schema.object([
        Field("mode", .oneOf(Proxy.Mode.allCases.map(\.rawValue))),
        Field("noEndpoints", .oneOf(Proxy.NoEndpoints.allCases.map(\.rawValue))),
        Field("sourceIP", .oneOf(Proxy.SourceIP.allCases.map(\.rawValue))),
        Field("returnPath", .oneOf(Proxy.ReturnPath.allCases.map(\.rawValue))),
    ])

    static let serviceName = TextRule("NAMESPACE/NAME, or NAME in the namespace default") { text in
        ServiceName(text: text) == nil ? "\"\(YAMLValue.shortened(text))\" does not name a Service" : nil
    }
}

extension LabOptions.ServiceName {
    /// `namespace/name`, or `name` in the namespace default; nil for anything else.
    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ TextRule.isLabel($0) }), let name = parts.last else {
            return nil
        }
        self.init(namespace: parts.count == 2 ? String(parts[0]) : "default", name: String(name))
    }
}

extension Lab {
    /// A lab's name is the first part of its namespaces' names, before the first dot.
    static let nameRule = TextRule(
        "1 to 32 lower-case letters, digits and '-', starting and ending with a letter or digit"
    ) { name in
        isValidName(name) ? nil : "\"\(YAMLValue.shortened(name))\" is not a valid lab name"
    }

    /// Whether the text can name a lab: `[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?`.
    package static func isValidName(_ name: String) -> Bool { TextRule.isLabel(name[...], longest: 32) }
}
