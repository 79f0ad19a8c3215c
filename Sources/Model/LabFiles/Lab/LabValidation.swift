import NetworkModel

/// What only shows when all files of a lab are seen together.
struct LabValidation {
    let lab: Lab
    let source: LabSource
    let optionsTree: YAMLValue?

    var problems: [Problem] {
        var problems = overlaps + proxyProblems + cniProblems
        problems += ClusterValidation(lab: lab, optionsTree: optionsTree).problems
        if let optionsTree {
            problems +=
                PinValidation(options: lab.options, tree: optionsTree, kind: lab.kind, cilium: lab.cilium).problems
        }
        return problems
    }

    /// The nodes' subnet must be free of pods and Services. Cilium's pool may hold the service subnet, as it does in
    /// the tutorial (10.0.0.0/8 and 10.96.0.0/16); only the blocks handed to nodes matter there.
    private var overlaps: [Problem] {
        let underlay = lab.options.underlay.subnet
        let networking = lab.kind.networking
        var problems: [Problem] = []
        func check(_ other: IPPrefix, _ what: String, _ file: LabFile?) {
            guard other.overlaps(underlay) else { return }
            problems.append(
                Problem(
                    at: optionsTree?["underlay"]?.entry("subnet")?.value.place
                        ?? SourcePlace(file: (file ?? source.kind).path),
                    field: optionsTree?["underlay"]?["subnet"] == nil ? "" : "underlay.subnet",
                    "the nodes' subnet \(underlay) overlaps \(what) \(other)",
                    expected: "subnets that share no address"))
        }
        if lab.cilium?.ipamMode != .clusterPool { check(networking.podSubnet, "the pod subnet", source.kind) }
        check(networking.serviceSubnet, "the service subnet", source.kind)
        if let cilium = lab.cilium, cilium.ipamMode == .clusterPool {
            for pool in cilium.clusterPoolIPv4PodCIDRs { check(pool, "Cilium's pod address pool", source.cilium) }
        }
        return problems
    }

    /// Without kube-proxy and without Cilium's replacement nothing forwards ClusterIPs on a real cluster.
    private var proxyProblems: [Problem] {
        guard let cilium = lab.cilium, lab.kind.networking.kubeProxyMode == .none,
            cilium.kubeProxyReplacement == .disabled
        else { return [] }
        return [
            Problem(
                at: SourcePlace(file: (source.cilium ?? source.kind).path), field: "kubeProxyReplacement",
                "kube-proxy is off (kubeProxyMode: none) and Cilium does not replace it, so no ClusterIP would work",
                expected: "kubeProxyReplacement: strict", severity: .warning)
        ]
    }

    /// netlab has no kindnet.
    private var cniProblems: [Problem] {
        guard lab.cilium == nil, !lab.kind.networking.disableDefaultCNI else { return [] }
        return [
            Problem(
                at: SourcePlace(file: source.kind.path), field: "networking.disableDefaultCNI",
                "kind would install its own CNI here; netlab has none, so nodes stay NotReady until "
                    + "`netlab cni install`",
                expected: "disableDefaultCNI: true", severity: .warning)
        ]
    }
}
