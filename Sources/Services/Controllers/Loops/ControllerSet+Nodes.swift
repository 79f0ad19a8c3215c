import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// What was on a node that is gone goes too, at once: nobody is left to end pods in order (podgc, Cilium's operator).
    private func forget(node name: String) throws(ClusterError) {
        if cluster.get(CiliumNode.self, "", name) != nil { try cluster.delete(CiliumNode.self, "", name) }
        for pod in cluster.indexed({ $0.podsByNode[name] ?? [] }).sorted() {
            try cluster.delete(Pod.self, pod.namespace, pod.name, gracePeriodSeconds: 0)
        }
    }

    /// kube-controller-manager's part in a node: its CIDR of kind's pod subnet, and the taints of its condition.
    func reconcileNode(_ name: String) throws(ClusterError) {
        guard let node = cluster.get(Node.self, "", name) else {
            nodeCIDRs = nil
            return try forget(node: name)
        }
        var cidr = node.spec?.podCIDR
        if cidr == nil { cidr = nextNodeCIDR()?.description }
        let ready = node.status?.conditions?.first { $0.type == "Ready" }?.status
        let isCordoned = node.spec?.unschedulable == true
        let wasCordoned = node.spec?.taints?.contains { $0.key == "node.kubernetes.io/unschedulable" } == true
        let isNew = cluster.get(Lease.self, Lease.nodeNamespace, name) == nil
        try cluster.modify(Node.self, "", name) { node in
            var spec = node.spec ?? NodeSpec()
            spec.podCIDR = cidr
            spec.podCIDRs = cidr.map { [$0] }
            var taints = spec.taints ?? []
            let kept = taints
            func want(_ key: String, _ effect: String, _ wanted: Bool) {
                let has = taints.contains { $0.key == key && $0.effect == effect }
                if wanted, !has {
                    taints.append(Taint(key: key, effect: effect, timeAdded: effect == "NoExecute" ? now : nil))
                } else if !wanted, has {
                    taints.removeAll { $0.key == key && $0.effect == effect }
                }
            }
            for effect in ["NoSchedule", "NoExecute"] {
                want("node.kubernetes.io/not-ready", effect, ready == "False")
                want("node.kubernetes.io/unreachable", effect, ready == "Unknown")
            }
            want("node.kubernetes.io/unschedulable", "NoSchedule", isCordoned)
            if taints != kept { spec.taints = taints.isEmpty ? nil : taints }
            node.spec = spec
        }
        if isNew {
            try record(
                node, "RegisteredNode", "Node \(name) event: Registered Node \(name) in Controller",
                component: "node-controller")
        }
        if isCordoned != wasCordoned {
            try cluster.tell(of: node, isCordoned ? "NodeNotSchedulable" : "NodeSchedulable")
        }
        try makeLease(of: node)
    }

    /// The lease that a kubelet renews; who shows it says that it was, as nobody but the lab's daemon is the kubelet.
    private func makeLease(of node: Node) throws(ClusterError) {
        guard let namespace = cluster.get(Namespace.self, "", Lease.nodeNamespace),
            namespace.metadata.deletionTimestamp == nil,
            cluster.get(Lease.self, Lease.nodeNamespace, node.name) == nil
        else { return }
        let owner = OwnerReference(apiVersion: "v1", kind: "Node", name: node.name, uid: node.uid)
        try cluster.create(
            Lease(
                metadata: ObjectMeta(name: node.name, namespace: Lease.nodeNamespace, ownerReferences: [owner]),
                spec: .object([
                    "holderIdentity": .string(node.name), "leaseDurationSeconds": .integer(40),
                    "renewTime": .string(Lease.microTime(now)),
                ])))
    }

    private func nextNodeCIDR() -> IPPrefix? {
        if nodeCIDRs == nil {
            nodeCIDRs = try? NodeCIDRPool(cluster: options.podSubnet, nodeLength: options.nodeCIDRLength)
            for node in cluster.list(Node.self) {
                if let used = node.spec?.podCIDR.flatMap({ IPPrefix($0) }) { try? nodeCIDRs?.occupy(used) }
            }
        }
        return try? nodeCIDRs?.allocateNext()
    }

    /// Cilium's operator and agents: one CiliumNode per node, with its CIDR, router and health address.
    ///
    /// Nodes are served in the order they joined, pinned ones before all others; those without a CIDR are tried again.
    func reconcileCilium(_ names: [String]) throws(ClusterError) {
        guard let config = cluster.get(ConfigMap.self, "kube-system", "cilium-config")?.data
        else { return }
        let nodes = nodesWithoutCIDR.union(names).compactMap { cluster.get(Node.self, "", $0) }.map { node in
            (node, options.pins.podCIDR[node.name] == nil ? 1 : 0, cluster.creationRevision(of: node))
        }.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.map(\.0)
        let failed = nodesWithoutCIDR
        nodesWithoutCIDR = []
        var pools: ClusterPools?
        for node in nodes {
            let existing = cluster.get(CiliumNode.self, "", node.name)
            var cidr = existing?.spec?.ipam?.podCIDRs?.first.flatMap { IPPrefix($0) }
            var failure: AllocationError?
            if config["ipam"] == "kubernetes" {
                cidr = node.spec?.podCIDR.flatMap { IPPrefix($0) }
            } else if cidr == nil, let pinned = options.pins.podCIDR[node.name] {
                cidr = pinned
            } else if cidr == nil {
                if pools == nil { pools = ciliumPools(config) }
                do throws(AllocationError) { cidr = try pools?.allocateNext() } catch { failure = error }
            }
            if let cidr {
                try write(ciliumNode: node, existing, cidr)
            } else if let failure {
                nodesWithoutCIDR.insert(node.name)
                guard !failed.contains(node.name) else { continue }
                let text = failure.description
                try record(node, "CIDRAllocationFailed", text, component: "cilium-operator", warning: true)
            }
        }
    }

    /// The pools less what nodes have, and less what is pinned to nodes that have not joined yet.
    private func ciliumPools(_ config: [String: String]) -> ClusterPools {
        var pools = ClusterPools(config: config)
        for node in cluster.list(CiliumNode.self) {
            for cidr in (node.spec?.ipam?.podCIDRs ?? []).compactMap({ IPPrefix($0) }) { pools.occupy(cidr) }
        }
        for pinned in options.pins.podCIDR.values { pools.occupy(pinned) }
        return pools
    }

    private func write(
        ciliumNode node: Node, _ existing: CiliumNode?, _ cidr: IPPrefix
    ) throws(ClusterError) {
        var excluded = cluster.indexed { $0.podAddressesByNode[node.name] ?? [] }
        let internalIPs = (node.status?.addresses ?? []).filter { $0.type == "InternalIP" }.map(\.address)
        excluded.formUnion(internalIPs.compactMap { IPAddress($0) })
        let known = existing?.spec
        let addresses: (router: IPAddress, health: IPAddress)
        do throws(AllocationError) {
            addresses = try PodAddressRange(cidr).agentAddresses(
                pinnedRouter: options.pins.router[node.name],
                restoredRouter: known?.addresses?.first { $0.type == "CiliumInternalIP" }.flatMap { IPAddress($0.ip) },
                restoredHealth: known?.health?.ipv4.flatMap { IPAddress($0) }, seed: seed, node: node.name,
                excluded: excluded)
        } catch {
            let message = "Unable to allocate router IP for family \(cidr.family.rawValue): \(error)"
            return try record(node, "RouterIPAllocationFailed", message, component: "cilium-agent", warning: true)
        }
        let spec = CiliumNodeSpec(
            addresses: internalIPs.map { CiliumNodeAddress(type: "InternalIP", ip: $0) } + [
                CiliumNodeAddress(type: "CiliumInternalIP", ip: addresses.router.description)
            ],
            health: CiliumNodeHealth(ipv4: addresses.health.description),
            ipam: CiliumNodeIPAM(podCIDRs: [cidr.description]))
        if existing != nil {
            try cluster.modify(CiliumNode.self, "", node.name) { $0.spec = spec }
        } else {
            let owner = OwnerReference(apiVersion: "v1", kind: "Node", name: node.name, uid: node.uid)
            try cluster.create(
                CiliumNode(
                    metadata: ObjectMeta(name: node.name, labels: node.metadata.labels, ownerReferences: [owner]),
                    spec: spec))
        }
    }
}

/// The pools of `cluster-pool-ipv4-cidr`, used one after the other.
private struct ClusterPools {
    private var pools: [NodeCIDRPool]

    init(config: [String: String]) {
        let length = config["cluster-pool-ipv4-mask-size"].flatMap { Int($0) } ?? 24
        let cidrs = (config["cluster-pool-ipv4-cidr"] ?? "10.0.0.0/8").split { $0 == " " || $0 == "," }
        pools = cidrs.compactMap { IPPrefix(String($0)) }.compactMap {
            try? NodeCIDRPool(cluster: $0, nodeLength: length)
        }
    }

    /// Marks a CIDR; one outside every pool is the administrator's business, as Cilium only logs it.
    mutating func occupy(_ cidr: IPPrefix) {
        for index in pools.indices { try? pools[index].occupy(cidr) }
    }

    mutating func allocateNext() throws(AllocationError) -> IPPrefix {
        for index in pools.indices {
            if let cidr = try? pools[index].allocateNext() { return cidr }
        }
        throw pools.isEmpty ? .nodeSizeTooBig : .noCIDRLeft
    }
}
