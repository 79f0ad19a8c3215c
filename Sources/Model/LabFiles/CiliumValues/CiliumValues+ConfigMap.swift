import NetworkModel

extension CiliumValues {
    /// The `cilium-config` ConfigMap's data as the chart writes it. It is the truth the datapath reads: editing the
    /// ConfigMap is changing the lab.
    ///
    /// `k8sServiceHost` and `k8sServicePort` are not in it; the chart makes them environment variables of the agent.
    package var ciliumConfig: [String: String] {
        var config = [
            "tunnel": tunnel.rawValue,
            "auto-direct-node-routes": "\(autoDirectNodeRoutes)",
            "kube-proxy-replacement": kubeProxyReplacement.rawValue,
            "enable-bpf-masquerade": "\(bpfMasquerade)",
            "enable-ipv4": "true",
            "enable-ipv4-masquerade": "\(enableIPv4Masquerade)",
            "ipam": ipamMode.rawValue,
        ]
        config["ipv4-native-routing-cidr"] = ipv4NativeRoutingCIDR.map(\.description)
        if endpointRoutes { config["enable-endpoint-routes"] = "true" }
        if ipamMode == .clusterPool {
            config["cluster-pool-ipv4-cidr"] = clusterPoolIPv4PodCIDRs.map(\.description).joined(separator: " ")
            config["cluster-pool-ipv4-mask-size"] = "\(clusterPoolIPv4MaskSize)"
        }
        config["mtu"] = mtu.map(String.init)
        return config
    }

    /// Reads ``ciliumConfig`` back. Keys it does not know are left alone; a value it cannot read is refused.
    ///
    /// - Throws: one problem a bad value, naming the key.
    package init(ciliumConfig config: [String: String]) throws(LabProblems) {
        var reading = ConfigReading(config: config)
        reading.read("tunnel", into: &tunnel) { Tunnel(rawValue: $0) }
        reading.read("auto-direct-node-routes", into: &autoDirectNodeRoutes) { Bool($0) }
        reading.read("kube-proxy-replacement", into: &kubeProxyReplacement) { KubeProxyReplacement(rawValue: $0) }
        reading.read("enable-bpf-masquerade", into: &bpfMasquerade) { Bool($0) }
        reading.read("enable-ipv4-masquerade", into: &enableIPv4Masquerade) { Bool($0) }
        reading.read("ipam", into: &ipamMode) { IPAMMode(rawValue: $0) }
        reading.read("enable-endpoint-routes", into: &endpointRoutes) { Bool($0) }
        reading.read("ipv4-native-routing-cidr", into: &ipv4NativeRoutingCIDR) { IPPrefix($0)?.network }
        reading.read("cluster-pool-ipv4-cidr", into: &clusterPoolIPv4PodCIDRs) { Self.prefixes($0) }
        reading.read("cluster-pool-ipv4-mask-size", into: &clusterPoolIPv4MaskSize) { Int($0) }
        reading.read("mtu", into: &mtu) { Int($0) }
        if !reading.problems.isEmpty { throw LabProblems(reading.problems) }
    }

    private static func prefixes(_ text: String) -> [IPPrefix]? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," })
        let prefixes = words.compactMap { IPPrefix(String($0))?.network }
        return prefixes.count == words.count && !prefixes.isEmpty ? prefixes : nil
    }
}

/// Reads text values one by one and remembers which were unreadable.
private struct ConfigReading {
    var config: [String: String]
    var problems: [Problem] = []

    mutating func read<Value>(_ key: String, into target: inout Value, _ parse: (String) -> Value?) {
        guard let text = config[key], !text.isEmpty else { return }
        if let value = parse(text) {
            target = value
        } else {
            let place = SourcePlace(file: "configmap kube-system/cilium-config")
            problems.append(Problem(at: place, field: key, "\"\(YAMLValue.shortened(text))\" cannot be read"))
        }
    }
}
