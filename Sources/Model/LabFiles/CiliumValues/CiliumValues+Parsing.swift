import NetworkModel

extension CiliumValues {
    /// Merges value files and `--set` flags as Helm does, checks them as the chart and the agent do.
    ///
    /// - Parameters:
    ///   - underlay: the nodes' subnet, which the pod address pool must leave alone.
    ///   - problems: every problem found is added, warnings included.
    /// - Returns: the values, and the tree of those that are heeded, for places.
    static func parse(
        files: [LabFile], set: [String], underlay: IPPrefix?, problems: inout [Problem]
    ) -> (CiliumValues, YAMLValue) {
        let merged = HelmValues(files: files, set: set)
        problems += merged.problems
        if merged.hasUnreadFile { return (CiliumValues(), merged.root) }
        problems += unheeded(in: merged.root)
        let heeded = heeded(merged.root)
        let faults = SchemaWalk.problems(in: heeded, .object(schema), .lenient)
        problems += faults
        let values = CiliumValues(heeded)
        let unreadable = Set((merged.problems + faults).filter { $0.severity == .error }.map(\.field))
        problems +=
            CiliumValidation(
                values: values, tree: heeded, underlay: underlay, unreadable: unreadable
            ).problems
        return (values, heeded)
    }

    private init(_ tree: YAMLValue) {
        func word<Value: RawRepresentable<String>>(_ value: YAMLValue?, _ fallback: Value) -> Value {
            value?.text.flatMap(Value.init(rawValue:)) ?? fallback
        }
        func prefix(_ value: YAMLValue?) -> IPPrefix? {
            value?.text.flatMap { IPPrefix($0)?.network }.flatMap { $0.family == .ipv4 ? $0 : nil }
        }
        self.init()
        tunnel = word(tree["tunnel"], tunnel)
        autoDirectNodeRoutes = tree["autoDirectNodeRoutes"]?.boolean ?? false
        ipv4NativeRoutingCIDR = prefix(tree["ipv4NativeRoutingCIDR"])
        kubeProxyReplacement = word(tree["kubeProxyReplacement"], kubeProxyReplacement)
        k8sServiceHost = tree["k8sServiceHost"]?.text
        k8sServicePort = tree["k8sServicePort"]?.text.flatMap(YAMLValue.integer(from:))
        bpfMasquerade = tree["bpf"]?["masquerade"]?.boolean ?? false
        enableIPv4Masquerade = tree["enableIPv4Masquerade"]?.boolean ?? true
        endpointRoutes = tree["endpointRoutes"]?["enabled"]?.boolean ?? false
        ipamMode = word(tree["ipam"]?["mode"], ipamMode)
        let operatorValues = tree["ipam"]?["operator"]
        let list = operatorValues?["clusterPoolIPv4PodCIDRList"]?.items?.compactMap { prefix($0) } ?? []
        if !list.isEmpty {
            clusterPoolIPv4PodCIDRs = list
        } else if let pool = prefix(operatorValues?["clusterPoolIPv4PodCIDR"]) {
            clusterPoolIPv4PodCIDRs = [pool]
        }
        clusterPoolIPv4MaskSize = operatorValues?["clusterPoolIPv4MaskSize"]?.integer ?? clusterPoolIPv4MaskSize
        mtu = (tree["MTU"] ?? tree["mtu"])?.integer.flatMap { $0 == 0 ? nil : $0 }
    }
}
