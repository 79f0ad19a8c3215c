/// What makes two elements of a list the same one (patchMergeKey and x-kubernetes-list-map-keys of k8s.io/api).
///
/// A list that is not named here is replaced as a whole.
enum ListMeaning: Hashable, Sendable {
    /// Elements are told apart by a member; ownership is told by `keys`, which may be more.
    case map(mergeKey: String, keys: [String])
    /// Each value once.
    case set

    init?(_ field: String, of message: String) {
        if let found = Self.table["\(message).\(field)"] {
            self = found
        } else if field == "conditions", message.hasSuffix("Status") {
            self = .key("type")
        } else {
            return nil
        }
    }

    /// Whether `$retainKeys` is understood for a field.
    static func retainsKeys(_ field: String, of message: String) -> Bool {
        ["DeploymentSpec.strategy", "PodSpec.volumes", "PodSpec.resourceClaims"].contains("\(message).\(field)")
    }

    private static func key(_ name: String) -> ListMeaning { .map(mergeKey: name, keys: [name]) }

    private static let container: [String: ListMeaning] = [
        "env": key("name"), "volumeMounts": key("mountPath"), "volumeDevices": key("devicePath"),
        "ports": .map(mergeKey: "containerPort", keys: ["containerPort", "protocol"]),
    ]

    private static let table: [String: ListMeaning] = {
        var table: [String: ListMeaning] = [
            "PodSpec.containers": key("name"), "PodSpec.initContainers": key("name"),
            "PodSpec.ephemeralContainers": key("name"), "PodSpec.volumes": key("name"),
            "PodSpec.imagePullSecrets": key("name"), "PodSpec.hostAliases": key("ip"),
            "PodSpec.resourceClaims": key("name"), "PodSpec.schedulingGates": key("name"),
            "PodSpec.topologySpreadConstraints": .map(
                mergeKey: "topologyKey", keys: ["topologyKey", "whenUnsatisfiable"]),
            "ServiceSpec.ports": .map(mergeKey: "port", keys: ["port", "protocol"]),
            "ServiceAccount.secrets": key("name"), "ServiceAccount.imagePullSecrets": key("name"),
            "ObjectMeta.ownerReferences": key("uid"), "ObjectMeta.finalizers": .set,
            "NodeSpec.podCIDRs": .set, "NodeStatus.addresses": key("type"), "PodStatus.podIPs": key("ip"),
        ]
        for message in ["Container", "EphemeralContainerCommon"] {
            for (field, meaning) in container { table["\(message).\(field)"] = meaning }
        }
        // Its fields stand in the ephemeral container itself.
        for (field, meaning) in container { table["EphemeralContainer.\(field)"] = meaning }
        return table
    }()
}
