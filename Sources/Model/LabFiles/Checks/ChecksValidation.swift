import KubernetesModel

/// Holds what `checks.yaml` names against the lab: nodes must be the cluster's; pods, Deployments and Services that the
/// manifests do not make may come later by hand, and are only warned about.
struct ChecksValidation {
    let lab: Lab
    let tree: YAMLValue

    var problems: [Problem] {
        (tree["checks"]?.items ?? []).enumerated().flatMap { index, item in
            walk(item, "checks[\(index)]", key: "")
        }
    }

    /// Fields whose texts name a place or a node.
    private static let placeKeys: Set<String> = ["on", "from", "to", "nodeDown", "hops", "back"]
    /// Fields whose texts may hold variables with names.
    private static let lineKeys: Set<String> = ["exact", "present", "absent", "nextHop"]

    private func walk(_ value: YAMLValue, _ field: String, key: String) -> [Problem] {
        if let items = value.items {
            return items.enumerated().flatMap { walk($1, "\(field)[\($0)]", key: key) }
        }
        if let entries = value.entries {
            return entries.flatMap { entry -> [Problem] in
                // A Service's name stands in `service.name`.
                let key = key == "service" && entry.key == "name" ? entry.key : key
                return (key == "nextHop" ? variables(entry.key, entry.keyPlace, field) : [])
                    + walk(
                        entry.value, SchemaWalk.join(field, entry.key),
                        key: key == "nextHop" ? key : key == "name" ? "service" : entry.key)
            }
        }
        guard let text = value.text else { return [] }
        if Self.lineKeys.contains(key) { return variables(text, value.place, field) }
        if key == "deployment" || key == "service" { return named(key, text, value.place, field) }
        guard Self.placeKeys.contains(key), !["from", "to"].contains(text) else { return [] }
        switch Place(text) {
        case .node(let name): return node(name, value.place, field, isOne: key == "nodeDown")
        case .pod(let name): return object(Pod.self, "pod", name, value.place, field)
        case .deployment(let name): return object(Deployment.self, "Deployment", name, value.place, field)
        case .service(let name): return object(Service.self, "Service", name, value.place, field)
        default: return []
        }
    }

    private func variables(_ text: String, _ place: SourcePlace, _ field: String) -> [Problem] {
        RouteVariable.names(in: text).flatMap { kind, name -> [Problem] in
            kind == .clusterIP ? named("service", name, place, field) : node(name, place, field)
        }
    }

    private func named(_ key: String, _ text: String, _ place: SourcePlace, _ field: String) -> [Problem] {
        guard let name = LabOptions.ServiceName(text: text) else { return [] }
        return key == "deployment"
            ? object(Deployment.self, "Deployment", name, place, field)
            : object(Service.self, "Service", name, place, field)
    }

    /// - Parameter isOne: the field takes no word for several nodes.
    private func node(
        _ name: String, _ place: SourcePlace, _ field: String, isOne: Bool = false
    ) -> [Problem] {
        let names = lab.kind.nodes.map(\.name)
        guard !names.contains(name) else { return [] }
        let words = isOne ? [] : ["host", "nodes", "workers", "pods"]
        let near = Spelling.nearest(to: name, among: names.prefix(200) + words)
        return [
            Problem(
                at: place, field: field,
                "the cluster has no node \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
                expected: near != nil ? nil : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : ""))
        ]
    }

    private func object<Object: KubernetesObject>(
        _ type: Object.Type, _ kind: String, _ name: LabOptions.ServiceName, _ place: SourcePlace, _ field: String
    ) -> [Problem] {
        let known = lab.manifests.compactMap { $0.object.object as? Object }.map {
            LabOptions.ServiceName(namespace: $0.namespace.isEmpty ? "default" : $0.namespace, name: $0.name)
        }
        let isInitial = type == Service.self && name.description == "default/kubernetes"
        guard !known.contains(name), !isInitial else { return [] }
        let near = Spelling.nearest(to: name.short, among: known.prefix(200).map(\.short))
        return [
            Problem(
                at: place, field: field,
                "the manifests have no \(kind) \(name)" + (near.map { "; did you mean \($0)?" } ?? ""),
                severity: .warning)
        ]
    }
}
