extension CiliumValues {
    /// The values netlab heeds. Any other key of the chart is warned about by ``unheeded(in:)``.
    static let schema: [Field] = [
        Field(
            "tunnel",
            .text(
                TextRule("disabled, as the overlays are not yet supported") {
                    Tunnel(rawValue: $0) != nil
                        ? nil : "invalid tunnel mode '\($0)', valid modes = {disabled, geneve, vxlan}"
                })),
        Field("autoDirectNodeRoutes", .boolean),
        Field("ipv4NativeRoutingCIDR", .text(TextRule.ipv4CIDR)),
        Field(
            "kubeProxyReplacement",
            .text(
                TextRule.oneOf(KubeProxyReplacement.allCases.map(\.rawValue)) {
                    "\"\($0)\" is not a value of kube-proxy-replacement in Cilium 1.12"
                })),
        Field("k8sServiceHost", .text(serviceHost)),
        Field("k8sServicePort", .integerOrText(.port, portText)),
        Field("bpf", .object([Field("masquerade", .boolean)])),
        Field("enableIPv4Masquerade", .boolean),
        Field("endpointRoutes", .object([Field("enabled", .boolean)])),
        Field("nodePort", .object([Field("enabled", .boolean)])),
        Field("ipv4", .object([Field("enabled", .boolean)])),
        Field("ipv6", .object([Field("enabled", .boolean)])),
        Field(
            "ipam",
            .object([
                Field("mode", .text(ipamMode)),
                Field(
                    "operator",
                    .object([
                        Field("clusterPoolIPv4PodCIDR", .text(TextRule.ipv4CIDR)),
                        Field("clusterPoolIPv4PodCIDRList", .list(.text(TextRule.ipv4CIDR))),
                        Field("clusterPoolIPv4MaskSize", .integer(4...30)),
                    ])),
            ])),
        Field("MTU", .integer(mtuRule)),
        Field("mtu", .integer(mtuRule), effect: .none("the chart's key is MTU; taken as MTU")),
    ]

    /// Keys of newer charts, each with what 1.12 has instead.
    static let newerKeys: [String: String] = [
        "routingMode": "the 1.12 chart has no such value; use tunnel: disabled for native routing",
        "tunnelProtocol": "the 1.12 chart has no such value; use tunnel",
        "directRoutingSkipUnreachable": "the 1.12 chart has no such value; it has no effect",
    ]

    private static let mtuRule = IntegerRule(0...65535, "0 (let the device decide) or bytes from 576 to 65535")

    private static let serviceHost = TextRule("an IPv4 address or a host name") { text in
        TextRule.ipv4Address.fault(text) == nil || TextRule.dnsSubdomain.fault(text) == nil
            ? nil : "\"\(text)\" is neither an address nor a host name"
    }

    private static let portText = TextRule(IntegerRule.port.expected) { text in
        YAMLValue.integer(from: text).map(IntegerRule.port.range.contains) == true
            ? nil : "invalid port number: \(text)"
    }

    private static let ipamMode = TextRule("cluster-pool or kubernetes") { mode in
        if IPAMMode(rawValue: mode) != nil { return nil }
        let known = ["cluster-pool-v2beta", "crd", "eni", "azure", "alibabacloud", "delegated-plugin"]
        return known.contains(mode) ? "ipam mode \(mode) is not yet supported" : "unknown ipam mode \(mode)"
    }

    /// A warning for every leaf of the values that netlab does not heed; of very many, for the first.
    static func unheeded(in values: YAMLValue) -> [Problem] {
        var problems: [Problem] = []
        leaves(values, schema, "", &problems)
        return problems
    }

    /// The values without what ``unheeded(in:)`` warned about, so that a strict walk finds only real faults.
    static func heeded(_ values: YAMLValue) -> YAMLValue { keep(values, schema) }

    private static func leaves(
        _ value: YAMLValue, _ fields: [Field], _ path: String, _ problems: inout [Problem]
    ) {
        for entry in value.entries ?? [] where problems.count < 1000 {
            let key = SchemaWalk.join(path, entry.key)
            if let known = fields.first(where: { $0.name == entry.key }) {
                guard case .object(let inner) = known.schema else { continue }
                leaves(entry.value, inner, key, &problems)
            } else if let entries = entry.value.entries, !entries.isEmpty {
                leaves(entry.value, [], key, &problems)
            } else {
                let note = note(entry.key, fields)
                problems.append(Problem(at: entry.keyPlace, field: key, note, severity: .warning))
            }
        }
    }

    private static func note(_ key: String, _ fields: [Field]) -> String {
        if let newer = newerKeys[key] { return newer }
        if let near = Spelling.nearest(to: key, among: fields.map(\.name)) {
            return "not a value netlab knows, it has no effect; did you mean \"\(near)\"?"
        }
        return "not a value netlab heeds, it has no effect in a netns lab"
    }

    private static func keep(_ value: YAMLValue, _ fields: [Field]) -> YAMLValue {
        guard let entries = value.entries else { return value }
        let kept = entries.compactMap { entry -> YAMLValue.Entry? in
            guard let known = fields.first(where: { $0.name == entry.key }) else { return nil }
            guard case .object(let inner) = known.schema else { return entry }
            var entry = entry
            entry.value = keep(entry.value, inner)
            return entry
        }
        return YAMLValue(.mapping(kept), at: value.place)
    }
}
