internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import Logging
internal import NetworkModel
internal import NetworkPlanning
internal import Reconciler
internal import ServiceProxy
internal import ServiceRouting
internal import Workloads

extension LabEngine {
    /// Works until objects, kernel, proxy and pods agree.
    ///
    /// - Throws: what the kernel refused; the objects keep what was asked for, so the next call tries again.
    func settle(prune: Bool = false) throws {
        guard lab != nil else { return }
        defer { wake() }
        var nextDue: Timestamp?
        repeat {
            nextDue = try lab?.cluster.settle()
            try convergeNetwork(prune: prune)
            try markNodes()
        } while lab?.cluster.hasChanges == true
        updateProxy()
        syncPods()
        if let nextDue { settleAgain(at: nextDue) }
    }

    /// The controllers want to look again at a time, with or without a change.
    private func settleAgain(at due: Timestamp) {
        Task { [weak self] in
            try? await Task.sleep(for: .seconds(max(0.1, Double(due.seconds) - Clock.wall())))
            do {
                try await self?.settle()
            } catch {
                self?.logger.error("\(error)")
            }
        }
    }

    /// Brings the kernel to the network that the objects describe, when that has changed.
    private func convergeNetwork(prune: Bool) throws {
        guard let current = lab else { return }
        let wanted = current.cluster.network(current.setting)
        guard wanted != current.network || prune else { return }
        let datapath = Datapath(wanted)
        for warning in datapath.warnings where current.datapath?.warnings.contains(warning) != true {
            logger.warning("\(warning)")
        }
        let nodes = wanted.nodes.map { (name: $0.name, address: $0.address) }
        if nodes.map(\.name) != current.network?.nodes.map(\.name) {
            try NodeFiles.write(nodes, gateway: wanted.underlay.gateway, paths: paths)
        }
        dropRemovedNodes(from: current, keeping: wanted)
        do {
            let done = try current.reconciler.converge(to: datapath.state, prune: prune, verify: false)
            if !done.plan.isEmpty { logger.info("network changed", metadata: ["steps": "\(done.plan.steps.count)"]) }
        } catch {
            lab?.networkError = "\(error)"
            throw ControlFailure(error)
        }
        lab?.network = wanted
        lab?.datapath = datapath
        lab?.networkError = nil
    }

    /// The proxy's listeners keep a node's namespace alive: it lets go of a node before that is removed.
    private func dropRemovedNodes(from current: LoadedLab, keeping wanted: ClusterNetwork) {
        guard let before = current.network else { return }
        let kept = Set(wanted.nodes.map(\.name))
        guard before.nodes.contains(where: { !kept.contains($0.name) }) else { return }
        let nodes = Self.proxyNodes(before).filter { kept.contains($0.name) }
        try? current.proxy.update(services: current.cluster.services, slices: current.cluster.slices, nodes: nodes)
    }

    /// A node is ready once its agent has a router address and its network stands.
    private func markNodes() throws {
        guard let current = lab, let network = current.network else { return }
        for node in network.nodes {
            try current.cluster.setNode(node.name, networkReady: network.cni != nil && node.router != nil)
        }
    }

    private func updateProxy() {
        guard let current = lab, let network = current.network else { return }
        do {
            try current.proxy.update(
                services: current.cluster.services, slices: current.cluster.slices,
                nodes: network.servesClusterIPs ? Self.proxyNodes(network) : [])
            lab?.proxyError = nil
        } catch {
            let failures = error.failures.map { "\($0.frontend) on \($0.node): errno \($0.errno)" }
            lab?.proxyError = "cannot listen at " + failures.joined(separator: ", ")
            logger.error("\(lab?.proxyError ?? "")")
        }
    }

    private static func proxyNodes(_ network: ClusterNetwork) -> [ProxyNode] {
        network.nodes.compactMap { node in
            DatapathNames.node(network.lab, node.name).map {
                ProxyNode(name: node.name, namespace: $0, preservation: SourcePreservation(node, in: network))
            }
        }
    }

    /// Hands the pods whose network stands to the workers; those that are being deleted too.
    private func syncPods() {
        guard let current = lab, let network = current.network, let datapath = current.datapath else { return }
        let addresses = Dictionary(network.nodes.map { ($0.name, $0.address) }) { first, _ in first }
        let services = current.cluster.services
        workers?.sync(
            desired: current.cluster.pods.compactMap { pod in
                guard let node = pod.spec?.nodeName, let host = addresses[node],
                    let own = pod.status?.podIP.flatMap({ IPAddress($0) }),
                    let namespace = pod.spec?.hostNetwork == true
                        ? DatapathNames.node(network.lab, node)
                        : DatapathNames.pod(network.lab, namespace: pod.namespace, name: pod.name),
                    datapath.state.namespaces[namespace] != nil || Self.isOver(pod)
                else { return nil }
                return PodAssignment(
                    pod: pod, network: namespace, podIPs: [own], hostIP: host,
                    services: services.filter { $0.namespace == pod.namespace || $0.name == "kubernetes" })
            })
    }

    private static func isOver(_ pod: Pod) -> Bool {
        pod.status?.phase == "Succeeded" || pod.status?.phase == "Failed" || pod.metadata.deletionTimestamp != nil
    }

    /// News from the workers.
    func podChanged(_ update: PodStatusUpdate) {
        guard let current = lab else { return }
        do {
            try current.cluster.report(update)
            try settle()
        } catch {
            logger.error("pod \(update.namespace)/\(update.name): \(error)")
        }
    }

    // MARK: Waiting

    /// Returns after the next change, or at the deadline (``Clock/monotonic()``).
    func nextChange(deadline: Double) async {
        let left = deadline - Clock.monotonic()
        guard left > 0 else { return }
        let timer = Task {
            try? await Task.sleep(for: .seconds(left))
            if !Task.isCancelled { self.wake() }
        }
        await withCheckedContinuation { waiters.append($0) }
        timer.cancel()
    }

    func wake() {
        let resumed = waiters
        waiters = []
        for waiter in resumed { waiter.resume() }
    }
}

extension ControlFailure {
    /// A plan that could not be carried out.
    init(_ error: ReconcileError) {
        if case .step(_, let cause) = error.cause {
            self.init(cause)
            message = "\(error)"
        } else {
            self.init(.failed, "\(error)")
        }
    }

    /// Lab files that say something wrong.
    init(_ problems: LabProblems) { self.init(.usage, problems.description) }
}
