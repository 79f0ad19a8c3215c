internal import Daemon
internal import KubernetesModel

/// What a shell offers after a command's name. Silent when nothing is up or the user is not root.
enum NameCompletion {
    static func nodesAndPods() -> [String] {
        guard let lab = try? RunningLab.find(nil) else { return [] }
        let nodes = (try? lab.objects(Node.self).map(\.name)) ?? []
        let pods = (try? lab.objects(Pod.self).map(\.name)) ?? []
        return nodes + pods
    }

    static func labsUp() -> [String] { LabPaths.all().map(\.lab) }
}
