internal import ArgumentParser
internal import KubernetesModel
internal import LinuxKernel
internal import PodLifecycle

/// `netlab pods`
struct PodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pods", abstract: "List the pods, as `kubectl get pods` does.",
        discussion: """
            EXAMPLES:
              netlab pods -o wide
              netlab pods -A
            """)

    @OptionGroup var lab: LabArgument
    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var wide: WideOption
    @OptionGroup var output: JSONFlag

    func run() throws {
        let pods = try lab.find().objects(Pod.self).filter(namespace.contains)
        if output.json { return try JSONOutput.print(pods) }
        guard !pods.isEmpty else { return StandardStream.error.write(namespace.nothing) }
        let table = Self.table(pods, namespaced: namespace.allNamespaces, now: Clock.wall())
        StandardStream.output.write(table.text(wide: wide.isWide))
    }

    static func table(_ pods: [Pod], namespaced: Bool, now: Double) -> KubernetesTable {
        let headers = [
            "NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE", "READINESS GATES",
        ]
        return KubernetesTable(
            headers: namespaced ? ["NAMESPACE"] + headers : headers,
            rows: pods.map { pod in
                let cells = [
                    pod.name, pod.readyText, pod.statusWord, "\(pod.restartCount)",
                    HumanDuration.text(since: pod.metadata.creationTimestamp, now: now),
                    pod.status?.podIP ?? "<none>", pod.spec?.nodeName ?? "<none>",
                    pod.status?.nominatedNodeName ?? "<none>", "<none>",
                ]
                return namespaced ? [pod.namespace] + cells : cells
            },
            narrowColumns: namespaced ? 6 : 5)
    }
}
