package import KubernetesModel

/// What a service's endpoints should be, from its pods (k8s.io/endpointslice; behaviour 6.5).
package enum EndpointPlan {
    /// Endpoints a slice may hold.
    package static let sliceLimit = 100

    /// One pod behind a service with the ports it really has.
    package struct Backend: Hashable, Sendable {
        package var endpoint: Endpoint
        package var ports: [EndpointPort]
    }

    /// Backends that share their ports.
    package struct Group: Hashable, Sendable {
        package var ports: [EndpointPort]
        package var endpoints: [Endpoint]

        package init(ports: [EndpointPort], endpoints: [Endpoint]) {
            self.ports = ports
            self.endpoints = endpoints
        }
    }

    /// A slice's content, with its name when it exists.
    package struct Content: Hashable, Sendable {
        package var name = ""
        package var ports: [EndpointPort]
        package var endpoints: [Endpoint]
    }

    /// What to do about the slices.
    package struct SlicePlan: Hashable, Sendable {
        package var updates: [Content] = []
        package var creations: [Content] = []
        package var deletions: [String] = []
    }

    /// The pods that count, sorted by address: those with an address that have not ended.
    package static func backends(of service: Service, pods: [Pod], zone: (String) -> String?) -> [Backend] {
        let publishesAll = service.spec?.publishNotReadyAddresses == true
        let backends = pods.compactMap { pod -> Backend? in
            guard let address = pod.status?.podIP, !address.isEmpty,
                !["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
            else { return nil }
            let isServing = pod.status?.conditions?.first { $0.type == "Ready" }?.status == "True"
            let isTerminating = pod.metadata.deletionTimestamp != nil
            var endpoint = Endpoint(
                addresses: [address],
                conditions: EndpointConditions(
                    ready: publishesAll || (isServing && !isTerminating), serving: isServing,
                    terminating: isTerminating),
                targetRef: ObjectReference(
                    kind: "Pod", namespace: pod.namespace, name: pod.name, uid: pod.metadata.uid),
                nodeName: pod.spec?.nodeName, zone: pod.spec?.nodeName.flatMap(zone))
            if let hostname = pod.spec?.hostname, pod.spec?.subdomain == service.name { endpoint.hostname = hostname }
            return Backend(endpoint: endpoint, ports: ports(of: service, pod))
        }
        return backends.sorted { order($0.endpoint) < order($1.endpoint) }
    }

    /// A port whose name the pod does not have is left out; the pod stays.
    private static func ports(of service: Service, _ pod: Pod) -> [EndpointPort] {
        (service.spec?.ports ?? []).compactMap { port in
            let transport = port.protocol ?? "TCP"
            let number: Int32?
            switch port.targetPort {
            case .int(let value)?: number = value == 0 ? port.port : value
            case nil: number = port.port
            case .string(let name)?:
                number =
                    (pod.spec?.containers ?? []).flatMap { $0.ports ?? [] }
                    .first { $0.name == name && ($0.protocol ?? "TCP") == transport }?.containerPort
            }
            return number.map {
                EndpointPort(name: port.name ?? "", port: $0, protocol: transport, appProtocol: port.appProtocol)
            }
        }
    }

    /// The older form. Terminating pods are left out, unless not-ready addresses are published.
    package static func subsets(_ backends: [Backend]) -> [EndpointSubset] {
        groups(backends.filter { $0.endpoint.conditions?.terminating != true || $0.endpoint.conditions?.ready == true })
            .map { group in
                func addresses(_ ready: Bool) -> [EndpointAddress]? {
                    let some = group.endpoints.filter { ($0.conditions?.ready ?? true) == ready }
                    guard !some.isEmpty else { return nil }
                    return some.map {
                        EndpointAddress(
                            ip: $0.addresses.first ?? "", hostname: $0.hostname, nodeName: $0.nodeName,
                            targetRef: $0.targetRef)
                    }
                }
                let ports = group.ports.map { port in
                    var port = port
                    if port.name == "" { port.name = nil }
                    return port
                }
                return EndpointSubset(
                    addresses: addresses(true), notReadyAddresses: addresses(false), ports: ports.isEmpty ? nil : ports)
            }
    }

    /// Backends by their ports, in a fixed order.
    package static func groups(_ backends: [Backend]) -> [Group] {
        Dictionary(grouping: backends, by: \.ports)
            .map { Group(ports: $0.key, endpoints: $0.value.map(\.endpoint)) }
            .sorted { portOrder($0.ports) < portOrder($1.ports) }
    }

    /// The slices: endpoints stay in the slice they are in, new ones fill it, the rest gets further slices. A slice
    /// left over is used before one is made. Without endpoints there is one slice without ports.
    package static func slices(_ groups: [Group], existing: [EndpointSlice]) -> SlicePlan {
        var plan = SlicePlan()
        var spare: [String] = existing.map(\.name)
        var contents: [Content] = []
        for group in groups {
            var waiting = group.endpoints
            var mine: [Content] = []
            for slice in existing where (slice.ports ?? []) == group.ports && !(slice.endpoints ?? []).isEmpty {
                let held = Set((slice.endpoints ?? []).compactMap { $0.targetRef?.name })
                let stay = waiting.filter { held.contains($0.targetRef?.name ?? "") }
                guard !stay.isEmpty else { continue }
                waiting.removeAll { held.contains($0.targetRef?.name ?? "") }
                mine.append(Content(name: slice.name, ports: group.ports, endpoints: stay))
                spare.removeAll { $0 == slice.name }
            }
            for index in mine.indices {
                let room = max(0, sliceLimit - mine[index].endpoints.count)
                mine[index].endpoints += waiting.prefix(room)
                waiting.removeFirst(min(room, waiting.count))
            }
            while !waiting.isEmpty {
                mine.append(Content(ports: group.ports, endpoints: Array(waiting.prefix(sliceLimit))))
                waiting.removeFirst(min(sliceLimit, waiting.count))
            }
            contents += mine
        }
        if contents.isEmpty { contents = [Content(ports: [], endpoints: [])] }
        for var content in contents {
            content.endpoints.sort { order($0) < order($1) }
            if content.name.isEmpty, !spare.isEmpty { content.name = spare.removeFirst() }
            if content.name.isEmpty { plan.creations.append(content) } else { plan.updates.append(content) }
        }
        plan.deletions = spare
        return plan
    }

    private static func order(_ endpoint: Endpoint) -> String {
        let address = endpoint.addresses.first ?? ""
        guard !address.contains(":") else { return address }
        // Octets padded, so that .9 comes before .10.
        return address.split(separator: ".").map { String(repeating: "0", count: max(0, 3 - $0.count)) + $0 }
            .joined(separator: ".")
    }

    private static func portOrder(_ ports: [EndpointPort]) -> String {
        ports.map { "\($0.name ?? "")/\($0.protocol ?? "")/\($0.port ?? 0)" }.joined(separator: ",")
    }
}
