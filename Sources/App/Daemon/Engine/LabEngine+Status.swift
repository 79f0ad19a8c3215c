internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import NetworkPlanning
internal import Reconciler

extension LabEngine {
    /// How the lab is, with a fresh look at the kernel.
    func status() throws(ControlFailure) -> LabStatus {
        let current = try loaded()
        let repair = repairStatus
        var errors = [current.networkError, current.proxyError, writeFailure?.cause.message, repair.failure]
            .compactMap { $0 }
        var drift: [PlannedStep] = []
        var foreign: [String] = []
        if let datapath = current.datapath {
            do throws(ReconcileError) {
                let plan = try current.reconciler.plan(desired: datapath.state)
                drift = plan.steps
                foreign = plan.foreign.map { "\($0.namespace): \($0.kind) \($0.object)" }
            } catch {
                errors.append(ControlFailure(error).message)
            }
        }
        var warnings = current.datapath?.warnings.map { "\($0)" } ?? []
        let proxy = plane.counters
        if proxy.portShortages > 0 {
            warnings.append(
                "the proxy had no free source port towards a backend \(proxy.portShortages) times; see returnPath in lab.yaml"
            )
        }
        if Clock.monotonic() - proxy.lastShortage < ProxyWatch.recent { warnings.append(ProxyWatch.warning(proxy)) }
        let drifted = Set(drift.map(\.step.namespace))
        let nodes = current.network?.nodes ?? []
        let pods = current.cluster.pods.filter { $0.spec?.hostNetwork != true }
        let active = pods.filter { ["Running", "Pending"].contains($0.status?.phase ?? "Pending") }
        return LabStatus(
            lab: paths.lab, path: current.files.path, uptime: Clock.monotonic() - startedAt,
            nodes: current.network == nil ? current.files.kind.nodes.count : nodes.count,
            readyNodes: current.cluster.readyNodes, cniInstalled: current.cluster.values != nil,
            healthyNodes: nodes.count { node in
                node.router != nil && !(DatapathNames.node(paths.lab, node.name).map(drifted.contains) ?? true)
            },
            pods: active.count,
            managedPods: active.count { $0.status?.podIP != nil },
            openConnections: proxy.openConnections,
            drift: drift.map {
                "\($0.step.namespace): \($0.step.action) \($0.step.kind) \($0.step.object) (\($0.reason))"
            },
            foreign: foreign, repair: repair, warnings: warnings, errors: errors)
    }
}
