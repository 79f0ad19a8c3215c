package import KubernetesModel

/// The pods of a Job; those of an indexed one have a number each (kubernetes pkg/controller/job, indexed_job_utils.go).
package enum JobPods {
    private static let indexAnnotation = "batch.kubernetes.io/job-completion-index"
    private static let indexVariable = "JOB_COMPLETION_INDEX"

    /// A pod, without its owner.
    ///
    /// - Parameter index: in an indexed job, the number that it is to complete; a part of its name and its host name.
    package static func pod(of job: Job, index: Int?) -> Pod {
        let template = job.spec?.template
        var pod = Pod(
            metadata: ObjectMeta(
                generateName: "\(job.name)-", namespace: job.namespace, labels: template?.metadata?.labels,
                annotations: template?.metadata?.annotations),
            spec: template?.spec)
        guard let index else { return pod }
        // Of a name that is too long, the number stays.
        let ending = "-\(index)-"
        pod.metadata.generateName = job.name.prefix(ObjectNames.longestBase - ending.count) + ending
        pod.metadata.annotations = (pod.metadata.annotations ?? [:]).merging([indexAnnotation: String(index)]) { $1 }
        pod.spec?.hostname = "\(job.name)-\(index)"
        pod.spec?.containers = (template?.spec?.containers ?? []).map(withIndex)
        pod.spec?.initContainers = template?.spec?.initContainers?.map(withIndex)
        return pod
    }

    private static func withIndex(_ container: Container) -> Container {
        guard container.env?.contains(where: { $0.name == indexVariable }) != true else { return container }
        var container = container
        let source = EnvVarSource(
            fieldRef: ObjectFieldSelector(fieldPath: "metadata.annotations['\(indexAnnotation)']"))
        container.env = (container.env ?? []) + [EnvVar(name: indexVariable, valueFrom: source)]
        return container
    }

    /// The number of a pod; nil without one.
    package static func index(of pod: Pod) -> Int? {
        pod.metadata.annotations?[indexAnnotation].flatMap { Int($0) }
    }

    /// What has succeeded: what was told before, and the pods that are there.
    package static func completed(_ told: String?, _ pods: [Pod], of completions: Int) -> CompletedIndexes {
        var completed = CompletedIndexes(told ?? "", below: completions)
        for pod in pods where pod.status?.phase == "Succeeded" {
            if let index = index(of: pod), (0..<completions).contains(index) { completed.insert(index) }
        }
        return completed
    }

    /// Pods that no number needs: without one, with one that is too high, or with another's
    /// (appendDuplicatedIndexPodsForRemoval).
    package static func surplus(_ active: [Pod], of completions: Int) -> [Pod] {
        var surplus: [Pod] = []
        var byIndex: [Int: [Pod]] = [:]
        for pod in active {
            if let index = index(of: pod), (0..<completions).contains(index) {
                byIndex[index, default: []].append(pod)
            } else {
                surplus.append(pod)
            }
        }
        for (_, pods) in byIndex.sorted(by: { $0.key < $1.key }) {
            surplus += ReplicaPlan.deletions(pods, count: pods.count - 1)
        }
        return surplus
    }
}

/// The numbers of an indexed job that have succeeded (`status.completedIndexes`).
///
/// Kept as intervals, since the text may have been written by anybody and say `0-2147483646`.
package struct CompletedIndexes: Hashable, Sendable {
    private var indexes = RangeSet<Int>()

    /// From text such as `1,3-5,7`; what is not of that form, or not below `completions`, is left out.
    package init(_ text: String, below completions: Int) {
        guard completions > 0 else { return }
        for interval in text.split(separator: ",") {
            let ends = interval.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
                first >= 0, first <= last, first < completions
            else { continue }
            indexes.formUnion(RangeSet(first..<min(last, completions - 1) + 1))
        }
    }

    package mutating func insert(_ index: Int) { indexes.formUnion(RangeSet(index..<index + 1)) }

    package var count: Int { indexes.ranges.reduce(0) { $0 + $1.count } }

    /// The lowest numbers that have neither succeeded nor a pod (firstPendingIndexes).
    package func firstOpen(_ count: Int, of completions: Int, active: [Int]) -> [Int] {
        var open = RangeSet(0..<completions)
        open.subtract(indexes)
        for index in active { open.subtract(RangeSet(index..<index + 1)) }
        return Array(open.ranges.lazy.flatMap { $0 }.prefix(count))
    }

    /// Three and more in a row are one interval.
    package var text: String {
        indexes.ranges.map { range in
            switch range.count {
            case 1: "\(range.lowerBound)"
            case 2: "\(range.lowerBound),\(range.lowerBound + 1)"
            default: "\(range.lowerBound)-\(range.upperBound - 1)"
            }
        }.joined(separator: ",")
    }
}
