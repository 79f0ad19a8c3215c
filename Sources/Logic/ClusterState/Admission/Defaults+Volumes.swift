import KubernetesModel

extension Defaults {
    /// The mode of files, and the empty type of a host path (SetDefaults_*VolumeSource). A volume is free-form here.
    static func applied(toVolume volume: JSONValue) -> JSONValue {
        guard case .object(var members) = volume else { return volume }
        for source in ["configMap", "secret", "downwardAPI", "projected"] {
            members[source] = members[source].map { filled($0, "defaultMode", .integer(0o644)) }
        }
        members["hostPath"] = members["hostPath"].map { filled($0, "type", .string("")) }
        // A volume without a source is an empty directory.
        if members.count == 1, members["name"] != nil { members["emptyDir"] = .object([:]) }
        return .object(members)
    }

    private static func filled(_ value: JSONValue, _ member: String, _ content: JSONValue) -> JSONValue {
        guard case .object(var members) = value, members[member] == nil else { return value }
        members[member] = content
        return .object(members)
    }
}
