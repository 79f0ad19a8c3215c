package import KubernetesModel
internal import NetworkModel

extension ForwardingTable {
    /// The table for a cluster's services and the slices behind them.
    ///
    /// Every ClusterIP of every service but ExternalName gives a frontend for each TCP and UDP port; a headless service
    /// gives none, and other protocols are not forwarded. NodePorts, external and load balancer addresses are not
    /// frontends of the table yet. The result does not depend on the order of the objects.
    ///
    /// - Parameters:
    ///   - slices: each belongs to the service its label `kubernetes.io/service-name` names, in its own namespace.
    ///   - previous: the table until now. A frontend in it keeps its ID; a new one gets the next, older services first
    ///     and lower addresses first among those of one second, so that `default/kubernetes` is 1.
    package init(
        services: [Service], slices: [EndpointSlice], previous: ForwardingTable? = nil,
        selection: BackendSelection = .random, noEndpoints: NoEndpointsResponse = .reject
    ) {
        let slicesByService = Dictionary(grouping: slices) { slice in
            ServiceKey(slice.metadata.namespace, slice.metadata.labels?["kubernetes.io/service-name"])
        }
        var found: [(created: Timestamp, entry: ForwardingEntry)] = []
        for service in services where service.spec?.type != "ExternalName" {
            let key = ServiceKey(service.metadata.namespace, service.metadata.name)
            let created = service.metadata.creationTimestamp ?? Timestamp(seconds: 0)
            found += Self.entries(of: service, key, slicesByService[key] ?? []).map { (created, $0) }
        }
        found.sort { left, right in
            (left.created, left.entry.frontend, left.entry.namespace, left.entry.service)
                < (right.created, right.entry.frontend, right.entry.namespace, right.entry.service)
        }
        let known = Dictionary(
            (previous?.entries ?? []).map { ($0.frontend, $0.id) }, uniquingKeysWith: { first, _ in first })
        var next = previous?.nextID ?? 1
        var seen: Set<Frontend> = []
        var entries: [ForwardingEntry] = []
        for var (_, entry) in found where seen.insert(entry.frontend).inserted {
            if let id = known[entry.frontend] {
                entry.id = id
            } else {
                entry.id = next
                next += 1
            }
            entries.append(entry)
        }
        self.init(entries: entries.sorted { $0.id < $1.id }, selection: selection, noEndpoints: noEndpoints)
        nextID = next
    }

    private struct ServiceKey: Hashable {
        var namespace: String
        var name: String
        init(_ namespace: String?, _ name: String?) {
            self.namespace = namespace ?? "default"
            self.name = name ?? ""
        }
    }

    private static func entries(
        of service: Service, _ key: ServiceKey, _ slices: [EndpointSlice]
    ) -> [ForwardingEntry] {
        guard let spec = service.spec else { return [] }
        let texts = spec.clusterIPs ?? [spec.clusterIP].compactMap { $0 }
        var entries: [ForwardingEntry] = []
        // "None" of a headless service is no address.
        for address in texts.compactMap({ IPAddress($0) }) {
            for port in spec.ports ?? [] {
                guard let transport = TransportProtocol(rawValue: port.protocol ?? "TCP"),
                    let number = UInt16(exactly: port.port)
                else { continue }
                entries.append(
                    ForwardingEntry(
                        id: 0, frontend: Frontend(address: address, port: number, transport: transport),
                        namespace: key.namespace, service: key.name, portName: port.name ?? "",
                        affinity: affinity(of: spec),
                        backends: backends(in: slices, family: address.family, port: port.name ?? "", transport),
                        isNodeLocal: spec.internalTrafficPolicy == "Local"))
            }
        }
        return entries
    }

    private static func affinity(of spec: ServiceSpec) -> SessionAffinity {
        guard spec.sessionAffinity == "ClientIP" else { return .none }
        return .clientIP(timeoutSeconds: Int(spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800))
    }

    /// Every address of the slices' endpoints at the port of that name, once each, by address.
    private static func backends(
        in slices: [EndpointSlice], family: IPFamily, port name: String, _ transport: TransportProtocol
    ) -> [Backend] {
        var backends: [BackendAddress: Backend] = [:]
        for slice in slices {
            let ports = (slice.ports ?? []).filter {
                ($0.name ?? "") == name && ($0.protocol ?? "TCP") == transport.rawValue
            }
            for endpoint in slice.endpoints ?? [] {
                guard let state = state(of: endpoint) else { continue }
                for address in endpoint.addresses.compactMap({ IPAddress($0) }) where address.family == family {
                    for case let number? in ports.map({ $0.port.flatMap { UInt16(exactly: $0) } }) {
                        let backend = Backend(
                            address: address, port: number, state: state, pod: pod(of: endpoint, slice),
                            node: endpoint.nodeName)
                        // While an endpoint moves between slices it may stand in two: the better word counts, and
                        // between equal ones the one that sorts first, whatever came first.
                        let other = backends[BackendAddress(backend)]
                        if let other, rank(other) <= rank(backend) { continue }
                        backends[BackendAddress(backend)] = backend
                    }
                }
            }
        }
        return backends.values.sorted { ($0.address, $0.port) < ($1.address, $1.port) }
    }

    private static func rank(_ backend: Backend) -> (Int, String, String) {
        (backend.state == .active ? 0 : 1, backend.pod ?? "", backend.node ?? "")
    }

    /// Ready ones are active, absent `ready` counting as true; those that still serve while they terminate only keep
    /// their connections; others are no backends.
    private static func state(of endpoint: Endpoint) -> Backend.State? {
        let conditions = endpoint.conditions
        if conditions?.ready ?? true { return .active }
        guard conditions?.terminating ?? false, conditions?.serving ?? false else { return nil }
        return .terminating
    }

    private static func pod(of endpoint: Endpoint, _ slice: EndpointSlice) -> String? {
        guard let reference = endpoint.targetRef, reference.kind == "Pod", let name = reference.name else { return nil }
        return "\(reference.namespace ?? slice.metadata.namespace ?? "default")/\(name)"
    }
}
