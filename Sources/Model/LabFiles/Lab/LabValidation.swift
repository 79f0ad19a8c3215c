import KubernetesModel
import NetworkModel

/// What only shows when all files of a lab are seen together.
struct LabValidation {
    let lab: Lab
    let source: LabSource
    let kindTree: YAMLValue
    let optionsTree: YAMLValue?
    let ciliumTree: YAMLValue?

    var problems: [Problem] {
        var problems = overlaps
        problems +=
            AddressSpaceValidation(
                lab: lab, source: source, kindTree: kindTree, optionsTree: optionsTree, ciliumTree: ciliumTree
            ).problems
        problems += ClusterValidation(lab: lab, optionsTree: optionsTree).problems
        if let optionsTree, lab.kind.nodes.count <= KindConfig.mostNodes {
            problems +=
                PinValidation(options: lab.options, tree: optionsTree, kind: lab.kind, cilium: lab.cilium).problems
        }
        return problems
    }

    /// Warnings that make sense only for files without errors.
    var advice: [Problem] { proxyAdvice + cniAdvice + portAdvice + PodCountValidation.advice(lab) }

    /// The nodes' subnet must be free of pods and Services. Cilium's pool may hold the service subnet, as it does in
    /// the tutorial (10.0.0.0/8 and 10.96.0.0/16); only the blocks handed to nodes matter there.
    private var overlaps: [Problem] {
        let underlay = lab.options.underlay.subnet
        let networking = lab.kind.networking
        var candidates = [("serviceSubnet", networking.serviceSubnet, "service subnet")]
        if lab.cilium?.ipamMode != .clusterPool { candidates.append(("podSubnet", networking.podSubnet, "pod subnet")) }
        return candidates.filter { $0.1.overlaps(underlay) }.map { key, subnet, name in
            if let value = kindTree["networking"]?[key] {
                return Problem(
                    at: value.place, field: "networking.\(key)",
                    "\(name) \(subnet) overlaps the nodes' subnet \(underlay)",
                    expected: "subnets that share no address")
            }
            return Problem(
                at: optionsTree?["underlay"]?["subnet"]?.place ?? SourcePlace(file: source.kind.path),
                field: "underlay.subnet", "the nodes' subnet \(underlay) overlaps kind's \(name) \(subnet)",
                expected: "subnets that share no address")
        }
    }

    /// Without kube-proxy and without Cilium's replacement nothing forwards ClusterIPs on a real cluster.
    private var proxyAdvice: [Problem] {
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

    /// With `returnPath: port-range` a node takes what goes to these ports of its pods for answers to the proxy.
    private var portAdvice: [Problem] {
        let proxy = lab.options.proxy
        guard proxy.sourceIP == .preserve, proxy.returnPath == .portRange else { return [] }
        let taken = LabOptions.Proxy.ReturnPath.ports
        return lab.manifests.flatMap { manifest -> [Problem] in
            guard let service = manifest.object.object as? Service else { return [] }
            let ports = (service.spec?.ports ?? []).enumerated()
            return ports.compactMap { index, port in
                let target: Int32
                switch port.targetPort {
                case .string: return nil
                case .int(let number): target = number
                case nil: target = port.port
                }
                guard let number = UInt16(exactly: target), taken.contains(number) else { return nil }
                return Problem(
                    at: manifest.place, field: "spec.ports[\(index)].targetPort",
                    "pods cannot serve at port \(number): proxy.returnPath: port-range of lab.yaml takes "
                        + "\(taken.lowerBound) to \(taken.upperBound)",
                    expected: "another port, or returnPath: nftables", severity: .warning)
            }
        }
    }

    /// netlab has no kindnet.
    private var cniAdvice: [Problem] {
        guard lab.cilium == nil, !lab.kind.networking.disableDefaultCNI else { return [] }
        return [
            Problem(
                at: kindTree["networking"]?["disableDefaultCNI"]?.place ?? SourcePlace(file: source.kind.path),
                field: "networking.disableDefaultCNI",
                "kind would install its own CNI here; netlab has none, so nodes stay NotReady until "
                    + "`netlab cni install`",
                expected: "disableDefaultCNI: true", severity: .warning)
        ]
    }
}
