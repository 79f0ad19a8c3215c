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
        var rounds = 0
        repeat {
            rounds += 1
            nextDue = try lab?.cluster.settle()
            // Endpoints first: what the kernel is to be brought to may take a while, and they need nothing of it.
            updateProxy()
            do {
                // Also when it fails: what is being deleted ends all the same, and may be what is in the way.
                defer { syncPods() }
                if try convergeNetwork(prune: prune) { updateProxy() }
            }
            try markNodes()
        } while lab?.cluster.hasChanges == true && rounds < Self.roundsAtOnce
        api?.listenInside(controlPlanePlace())
        if lab?.cluster.hasChanges == true { settleAgain(at: HostFacts.now) }
        if let nextDue { settleAgain(at: nextDue) }
    }

    /// Far more than the controllers need. Clients that go on writing would otherwise keep the engine from everything
    /// else it is asked, news of pods too.
    private static let roundsAtOnce = 32

    /// Where the API listens inside the lab; nil while the node is not there.
    private func controlPlanePlace() -> LabAPI.InsidePlace? {
        guard let current = lab, let network = current.network, let name = current.cluster.controlPlane,
            let node = network.nodes.first(where: { $0.name == name }),
            let namespace = DatapathNames.node(network.lab, name),
            current.datapath?.state.namespaces[namespace] != nil
        else { return nil }
        return LabAPI.InsidePlace(
            namespace: namespace, identity: NamespaceFile.identity(of: namespace), address: node.address)
    }

    /// The controllers want to look again at a time, with or without a change.
    func settleAgain(at due: Timestamp) {
        alarm.set(at: Double(due.seconds)) { [weak self] in await self?.settleAsDue() }
    }

    private func settleAsDue() {
        alarm.silence()
        settleUnasked()
    }

    /// Nobody waits for the answer; what goes wrong now is tried again, and shown by `status`.
    func settleUnasked() {
        do {
            try settle()
        } catch {
            logger.error("\(ControlFailure(describing: error).message)")
            settleAgain(at: HostFacts.now.advanced(by: 1))
        }
    }

    /// Brings the kernel to the network that the objects describe, when that has changed.
    ///
    /// - Returns: whether it had.
    private func convergeNetwork(prune: Bool) throws -> Bool {
        guard let current = lab else { return false }
        let wanted = current.cluster.network(current.setting)
        guard wanted != current.network || prune else { return false }
        let datapath = Datapath(wanted)
        for warning in datapath.warnings where current.datapath?.warnings.contains(warning) != true {
            logger.warning("\(warning)")
        }
        let nodes = wanted.nodes.map { (name: $0.name, address: $0.address) }
        if nodes.map(\.name) != current.network?.nodes.map(\.name) {
            try NodeFiles.write(nodes, gateway: wanted.underlay.gateway, paths: paths)
        }
        dropRemovedNodes(from: current, keeping: wanted)
        expect(datapath.state)
        do {
            try clearNames(for: datapath)
            let done = try current.reconciler.converge(to: datapath.state, prune: prune, verify: false)
            if !done.plan.isEmpty { logger.info("network changed", metadata: ["steps": "\(done.plan.steps.count)"]) }
            try restartMisplaced(Self.namespacesMade(by: done.plan))
        } catch {
            expect(current.datapath?.state)
            let failure = ControlFailure(describing: error)
            lab?.networkError = failure.message
            throw failure
        }
        lab?.network = wanted
        lab?.datapath = datapath
        lab?.networkError = nil
        followNetwork(datapath.state)
        return true
    }

    static func namespacesMade(by plan: Plan) -> Set<NamespaceName> {
        Set(
            plan.steps.compactMap { planned in
                if case .addNamespace(let name, _) = planned.step { name } else { nil }
            })
    }

    /// Ends what runs in a namespace whose name stands for another one now.
    func restartMisplaced(_ made: Set<NamespaceName>) throws {
        for id in try runtime.endMisplaced(from: made) {
            logger.warning("container \(id) ran in a namespace that lost its name; it is started again")
        }
    }

    /// The proxy's listeners keep a node's namespace alive: it lets go of a node before that is removed.
    private func dropRemovedNodes(from current: LoadedLab, keeping wanted: ClusterNetwork) {
        guard let before = current.network else { return }
        let kept = Set(wanted.nodes.map(\.name))
        guard before.nodes.contains(where: { !kept.contains($0.name) }) else { return }
        api?.leaveInside()
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

    func updateProxy() {
        guard let current = lab, let network = current.network else { return }
        do {
            try current.proxy.update(
                services: current.cluster.services, slices: current.cluster.slices,
                nodes: network.servesClusterIPs ? Self.proxyNodes(network) : [])
            lab?.proxyError = nil
        } catch {
            let failures = error.failures.map {
                "\($0.frontend) on \($0.node): \(KernelError.text(for: $0.errno))"
            }
            lab?.proxyError = "cannot listen at " + failures.joined(separator: ", ")
            logger.error("\(lab?.proxyError ?? "")")
            retryProxy()
        }
    }

    /// Nobody else would: no object changes when descriptors or memory are there again.
    private func retryProxy() {
        guard !isProxyRetryDue else { return }
        isProxyRetryDue = true
        Task { [weak self] in
            try? await Task.sleep(for: Self.retryPause)
            await self?.tryProxyAgain()
        }
    }

    private func tryProxyAgain() {
        isProxyRetryDue = false
        updateProxy()
    }

    private static func proxyNodes(_ network: ClusterNetwork) -> [ProxyNode] {
        network.nodes.compactMap { node in
            DatapathNames.node(network.lab, node.name).map {
                ProxyNode(name: node.name, namespace: $0, preservation: SourcePreservation(node, in: network))
            }
        }
    }

    /// Hands the pods whose network stands to the workers; those that are being deleted too.
    func syncPods() {
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

    /// Writes down what the workers said of pods, in the order they said it, then works until all agrees.
    ///
    /// The workers say everything once: what cannot be written down or acted upon is tried again.
    func takeNews() {
        let updates = news.takeAll()
        guard let current = lab else { return }
        var unwritten: [PodStatusUpdate] = []
        var failures: [ControlFailure] = []
        for update in updates {
            // What came later about a pod must not be written first: the older would be written over it.
            if unwritten.contains(where: { $0.uid == update.uid }) {
                unwritten.append(update)
                continue
            }
            do {
                try current.cluster.report(update)
            } catch {
                let failure = ControlFailure(describing: error)
                logger.error("pod \(update.namespace)/\(update.name): \(failure.message)")
                failures.append(failure)
                unwritten.append(update)
            }
        }
        do {
            try settle()
        } catch {
            let failure = ControlFailure(describing: error)
            logger.error("\(failure.message)")
            failures.append(failure)
        }
        guard let cause = failures.first else {
            writeFailure = nil
            return
        }
        writeFailure = (cause, (writeFailure?.times ?? 0) + 1)
        wake()
        news.putBack(unwritten)
        Task { [weak self] in
            try? await Task.sleep(for: Self.retryPause)
            await self?.takeNews()
        }
    }

    private static var retryPause: Duration { .milliseconds(500) }

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
