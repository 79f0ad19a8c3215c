extension KindConfig {
    static let apiVersion = "kind.x-k8s.io/v1alpha4"

    /// The v1alpha4 schema (behaviour 1.1), messages as kind's decoder and validation word them (1.2).
    static let schema = Schema.object([
        Field("kind", .text),
        Field("apiVersion", .text),
        Field("name", .text(clusterName)),
        Field("nodes", .list(node)),
        Field("networking", networking),
        Field("featureGates", .map(keys: nil, values: .boolean), effect: noEffect),
        Field("runtimeConfig", .textMap, effect: noEffect),
        Field("kubeadmConfigPatches", .list(.text), effect: noEffect),
        Field("kubeadmConfigPatchesJSON6902", .list(jsonPatch), effect: noEffect),
        Field("containerdConfigPatches", .list(.text), effect: noEffect),
        Field("containerdConfigPatchesJSON6902", .list(.text), effect: noEffect),
    ])

    /// BR_MAX_PORTS: a bridge numbers its ports with ten bits, from 1.
    static let mostNodes = 1023

    private static let node = Schema.object([
        Field(
            "role",
            .text(TextRule.oneOf(Role.allCases.map(\.rawValue)) { "\"\($0)\" is not a valid node role" })),
        Field("image", .text, effect: noEffect),
        Field("labels", ManifestSchema.labels),
        Field("extraMounts", .list(mount), effect: noEffect),
        Field("extraPortMappings", .list(portMapping), effect: noEffect),
        Field("kubeadmConfigPatches", .list(.text), effect: noEffect),
        Field("kubeadmConfigPatchesJSON6902", .list(jsonPatch), effect: noEffect),
    ])

    private static let networking = Schema.object([
        Field("ipFamily", .text(ipFamily)),
        Field("apiServerPort", .integer(port(-1, "invalid apiServerPort: ")), effect: noEffect),
        Field("apiServerAddress", .text, effect: noEffect),
        Field("podSubnet", .text(subnet("pod"))),
        Field("serviceSubnet", .text(subnet("service"))),
        Field("disableDefaultCNI", .boolean),
        Field(
            "kubeProxyMode",
            .text(TextRule.oneOf(KubeProxyMode.allCases.map(\.rawValue)) { "invalid kubeProxyMode: \($0)" })),
        Field("dnsSearch", .list(.text), effect: noEffect),
    ])

    private static let mount = Schema.object([
        Field("containerPath", .text),
        Field("hostPath", .text),
        Field("readOnly", .boolean),
        Field("selinuxRelabel", .boolean),
        Field(
            "propagation",
            .text(
                TextRule.oneOf(["None", "HostToContainer", "Bidirectional"]) { "Unknown MountPropagation: \"\($0)\"" })),
    ])

    private static let portMapping = Schema.object([
        Field("containerPort", .integer(port(0, "invalid containerPort: "))),
        Field("hostPort", .integer(port(-1, "invalid hostPort: "))),
        Field("listenAddress", .text),
        Field(
            "protocol",
            .text(
                TextRule("TCP, UDP or SCTP") {
                    ["TCP", "UDP", "SCTP", ""].contains($0.uppercased())
                        ? nil : "Unknown PortMappingProtocol: \"\($0)\""
                })),
    ])

    private static let jsonPatch = Schema.object([
        Field("group", .text), Field("version", .text), Field("kind", .text), Field("patch", .text),
    ])

    private static let noEffect = Field.Effect.none("accepted, has no effect in a netns lab")

    private static let clusterName = TextRule("lower-case letters, digits, '.' and '-'") { name in
        isClusterName(name)
            ? nil : "'\(name)' is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`"
    }

    static func isClusterName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
    }

    private static let ipFamily = TextRule("ipv4") { family in
        switch family {
        case "ipv4": nil
        case "ipv6", "dual": "ipFamily \(family) is not yet supported"
        default: "invalid ipFamily: \(family)"
        }
    }

    private static func port(_ lowest: Int, _ prefix: String) -> IntegerRule {
        IntegerRule(lowest...65535, "a port from \(lowest) to 65535") { prefix + "invalid port number: \($0)" }
    }

    /// kind's messages for a subnet of the ipv4 family.
    private static func subnet(_ which: String) -> TextRule {
        TextRule("one IPv4 network such as \(which == "pod" ? "10.244.0.0/16" : "10.96.0.0/16")") { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            for part in parts {
                guard let fault = TextRule.ipv4CIDR.fault(part) else { continue }
                if fault.hasSuffix("not yet supported") {
                    return parts.count > 1
                        ? "invalid \(which) subnet only one CIDR allowed for single-stack networking"
                        : "invalid \(which) subnet expected IPv4 CIDR for IPv4 family"
                }
                return "invalid \(which) subnet failed to parse cidr value:\"\(part)\" with error: \(fault)"
            }
            return parts.count > 1
                ? "invalid \(which) subnet only one CIDR allowed for single-stack networking" : nil
        }
    }
}
