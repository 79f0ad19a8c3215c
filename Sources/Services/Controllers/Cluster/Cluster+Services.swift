import ClusterState
import KubernetesModel
import NetworkModel

extension Cluster {
    /// A service with its ClusterIP and node ports, as the API server's storage gives them (behaviour 6.4).
    func allocate(_ given: Service, over old: Service?, _ state: borrowing State) throws(ClusterError) -> Service {
        var service = given
        var spec = service.spec ?? ServiceSpec()
        let clusterIPs = state.index.clusterIPs
        let nodePorts = state.index.nodePorts
        let key = ObjectKey(service)
        guard spec.type != "ExternalName" else { return service }
        if (spec.clusterIP ?? "").isEmpty { spec.clusterIP = spec.clusterIPs?.first ?? old?.spec?.clusterIP }
        let range = ClusterIPRange(options.serviceSubnet)
        let isUsed: (IPAddress) -> Bool = { clusterIPs[$0] != nil && clusterIPs[$0] != key }
        if let text = spec.clusterIP, !text.isEmpty, text != "None", IPAddress(text) == nil {
            throw invalid(service, "[]string{\"\(text)\"}", "must be empty, 'None', or a valid IP address")
        }
        if spec.type != "ClusterIP" {
            try check(nodePortsOf: service) { nodePorts[$0] != nil && nodePorts[$0] != key }
        }
        do throws(AllocationError) {
            if spec.clusterIP == nil || spec.clusterIP == "" {
                if let pinned = options.pins.clusterIP[key] {
                    spec.clusterIP = pinned.description
                } else {
                    let pinned = Set(options.pins.clusterIP.values)
                    let draw = options.seed.draw("clusterIP", key.namespace, key.name)
                    let address = try range.allocate(draw: draw) { isUsed($0) || pinned.contains($0) }
                    spec.clusterIP = address.description
                }
            }
            if let text = spec.clusterIP, text != "None", text != old?.spec?.clusterIP {
                if let address = IPAddress(text) { try range.check(address, isUsed: isUsed) }
            }
            spec.clusterIPs = spec.clusterIP.map { [$0] }
            if spec.type == "ClusterIP", old?.spec?.type != "ClusterIP" {
                // Ports of the type it had go with the type (dropTypeDependentFields).
                for position in (spec.ports ?? []).indices { spec.ports?[position].nodePort = nil }
            }
            if spec.type != "ClusterIP" {
                var taken: Set<Int32> = []
                for position in (spec.ports ?? []).indices {
                    if (spec.ports?[position].nodePort ?? 0) == 0 {
                        let name = spec.ports.map { "\($0[position].port)/\($0[position].protocol ?? "")" } ?? ""
                        let draw = options.seed.draw("nodePort", key.namespace, key.name, name)
                        var number = old?.nodePort(like: spec.ports?[position])
                        if number == nil {
                            number = try NodePortRange.allocate(draw: draw) {
                                nodePorts[$0] != nil || taken.contains($0)
                            }
                        }
                        spec.ports?[position].nodePort = number
                    }
                    if let number = spec.ports?[position].nodePort { taken.insert(number) }
                }
            }
        } catch {
            let text = spec.clusterIP ?? ""
            throw invalid(service, "[]string{\"\(text)\"}", "failed to allocate IP \(text): \(error)")
        }
        service.spec = spec
        return service
    }

    /// Node ports asked for must be in the range and nobody else's (portallocator).
    private func check(nodePortsOf service: Service, isUsed: (Int32) -> Bool) throws(ClusterError) {
        for (position, port) in (service.spec?.ports ?? []).enumerated() {
            guard let number = port.nodePort, number != 0 else { continue }
            let range = NodePortRange.ports
            var detail: String?
            if !range.contains(number) {
                detail =
                    "provided port is not in the valid range. The range of valid ports is "
                    + "\(range.lowerBound)-\(range.upperBound)"
            } else if isUsed(number) {
                detail = AllocationError.portInUse(number).description
            }
            guard let detail else { continue }
            throw .invalid(
                kind: "Service", name: service.name,
                errors: [FieldError(.invalid, "spec.ports[\(position)].nodePort", value: String(number), detail)])
        }
    }

    private func invalid(_ service: Service, _ value: String, _ detail: String) -> ClusterError {
        .invalid(
            kind: "Service", name: service.name,
            errors: [FieldError(.invalid, "spec.clusterIPs", value: value, detail)])
    }

    /// What every cluster has: four namespaces and the API server's own service with its endpoints.
    func bootstrap() throws(ClusterError) {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"]
        where get(Namespace.self, "", name) == nil {
            try create(Namespace(metadata: ObjectMeta(name: name)))
        }
        if get(Service.self, "default", "kubernetes") == nil {
            try create(
                Service(
                    metadata: ObjectMeta(
                        name: "kubernetes", namespace: "default",
                        labels: ["component": "apiserver", "provider": "kubernetes"]),
                    spec: ServiceSpec(
                        ports: [
                            ServicePort(name: "https", port: 443, targetPort: .int(options.apiServerPort))
                        ],
                        clusterIP: ClusterIPRange(options.serviceSubnet).first.description, type: "ClusterIP")))
        }
        guard let address = options.apiServer else { return }
        let ports = [EndpointPort(name: "https", port: options.apiServerPort, protocol: "TCP")]
        let endpoints = Endpoints(
            metadata: ObjectMeta(
                name: "kubernetes", namespace: "default",
                labels: ["endpointslice.kubernetes.io/skip-mirror": "true"]),
            subsets: [EndpointSubset(addresses: [EndpointAddress(ip: address.description)], ports: ports)])
        let slice = EndpointSlice(
            metadata: ObjectMeta(
                name: "kubernetes", namespace: "default", labels: [EndpointSlice.serviceLabel: "kubernetes"]),
            addressType: address.family == .ipv4 ? "IPv4" : "IPv6",
            endpoints: [
                Endpoint(addresses: [address.description], conditions: EndpointConditions(ready: true))
            ],
            ports: ports)
        try apply(AnyKubernetesObject(endpoints))
        try apply(AnyKubernetesObject(slice))
    }
}

extension Service {
    fileprivate func nodePort(like port: ServicePort?) -> Int32? {
        spec?.ports?.first { $0.port == port?.port && $0.protocol == port?.protocol }?.nodePort
    }
}
