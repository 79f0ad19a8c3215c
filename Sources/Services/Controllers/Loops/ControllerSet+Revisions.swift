import ClusterState
import KubernetesModel

/// The templates that a DaemonSet had, as ControllerRevisions (kubernetes pkg/controller/daemon update.go): what
/// `kubectl rollout history` lists and `rollout undo` goes back to.
extension ControllerSet {
    /// Makes sure that the template there is now has the highest revision of all.
    ///
    /// Equal templates have equal hashes, and so one revision; that different ones could is left out of account.
    func keepRevision(of set: DaemonSet, _ spec: DaemonSetSpec, _ hash: String) throws(ClusterError) {
        let known = try revisions(of: set)
        let highest = known.last?.revision ?? 0
        if let current = known.first(where: { $0.labels[DaemonPods.revisionLabel] == hash }) {
            guard current.revision < highest else { return }
            try cluster.modify(ControllerRevision.self, current.namespace, current.name) {
                $0.revision = highest + 1
            }
            return
        }
        let labels = (spec.template.metadata?.labels ?? [:]).merging([DaemonPods.revisionLabel: hash]) { $1 }
        try cluster.create(
            ControllerRevision(
                metadata: ObjectMeta(
                    name: "\(set.name)-\(hash)", namespace: set.namespace, labels: labels,
                    annotations: set.metadata.annotations, ownerReferences: [.controller(set)]),
                data: Self.patch(to: spec.template), revision: highest + 1))
    }

    /// Deletes the oldest revisions that no pod was made from, beyond the limit.
    func forgetRevisions(of set: DaemonSet, _ spec: DaemonSetSpec, _ hash: String) throws(ClusterError) {
        let living = Set(try claimPods(of: set, spec.selector).compactMap { $0.labels[DaemonPods.revisionLabel] })
        let old = try revisions(of: set).filter { revision in
            let own = revision.labels[DaemonPods.revisionLabel] ?? ""
            return own != hash && !living.contains(own)
        }
        let surplus = old.count - Int(spec.revisionHistoryLimit ?? 10)
        for revision in old.prefix(max(0, surplus)) {
            try cluster.delete(ControllerRevision.self, revision.namespace, revision.name)
        }
    }

    /// Oldest first.
    private func revisions(of set: DaemonSet) throws(ClusterError) -> [ControllerRevision] {
        try claim(ControllerRevision.self, of: set, set.spec?.selector)
            .sorted { ($0.revision, $0.name) < ($1.revision, $1.name) }
    }

    /// What puts a template in place of another: a strategic merge patch of the DaemonSet.
    private static func patch(to template: PodTemplateSpec) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let bytes = try? KubernetesJSON.encode(template),
            case .object(let known)? = try? KubernetesJSON.decode(JSONValue.self, from: bytes)
        {
            members = known
        }
        members["$patch"] = .string("replace")
        return .object(["spec": .object(["template": .object(members)])])
    }
}
