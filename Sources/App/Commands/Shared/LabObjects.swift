internal import Daemon
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel

extension RunningLab {
    /// The objects of a resource, as the daemon has them.
    func objects<Object: KubernetesObject>(_ type: Object.Type) throws -> [Object] {
        guard case .objects(let objects) = try ask(.objects(resource: Object.resource.plural)) else { return [] }
        return objects.compactMap { $0.object as? Object }
    }
}

/// A node or a pod by the name a user typed.
enum Target {
    case node(Node)
    case pod(Pod)

    /// - Throws: usage, listing what there is, when the name fits neither.
    static func find(_ name: String, namespace: String?, in lab: RunningLab) throws -> Target {
        let nodes = try lab.objects(Node.self)
        if namespace == nil, let node = nodes.first(where: { $0.name == name }) { return .node(node) }
        let pods = try lab.objects(Pod.self)
        let plain = name.hasPrefix("pod/") ? String(name.dropFirst(4)) : name
        let matches = pods.filter { $0.name == plain && $0.namespace == (namespace ?? $0.namespace) }
        if let pod = matches.first, matches.count == 1 { return .pod(pod) }
        if matches.count > 1 {
            throw CommandFailure(
                .usage, "pods named \"\(plain)\" are in several namespaces",
                advice: "choose one with -n: " + matches.map(\.namespace).sorted().joined(separator: ", "))
        }
        let known = (nodes.map(\.name) + pods.map(\.name)).sorted().joined(separator: ", ")
        throw CommandFailure(
            .usage, "lab \"\(lab.name)\" has no node or pod \"\(name)\"",
            advice: known.isEmpty ? "" : "there are: \(known)")
    }
}
