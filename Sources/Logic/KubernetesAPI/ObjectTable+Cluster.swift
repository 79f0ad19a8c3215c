internal import KubernetesModel
internal import PodLifecycle

/// Rows of nodes, pods, events and what stands behind Services.
extension ObjectTable {
    static func node(_ node: Node, _ now: Double) -> [String] {
        let info = node.status?.nodeInfo
        func address(_ type: String) -> String {
            node.status?.addresses?.first { $0.type == type }?.address ?? "<none>"
        }
        let ready = node.status?.conditions?.first { $0.type == "Ready" }
        let word = ready.map { $0.status == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        let prefix = "node-role.kubernetes.io/"
        let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
        return [
            node.name, node.spec?.unschedulable == true ? word + ",SchedulingDisabled" : word,
            roles.isEmpty ? "<none>" : roles.joined(separator: ","), age(node, now), info?.kubeletVersion ?? "",
            address("InternalIP"), address("ExternalIP"), info?.osImage ?? "<unknown>",
            info?.kernelVersion ?? "<unknown>", info?.containerRuntimeVersion ?? "<unknown>",
        ]
    }

    static func pod(_ pod: Pod, _ now: Double) -> [String] {
        [
            pod.name, pod.readyText, pod.statusWord, restarts(pod, now), age(pod, now),
            pod.status?.podIP ?? "<none>", pod.spec?.nodeName ?? "<none>",
            pod.status?.nominatedNodeName ?? "<none>", "<none>",
        ]
    }

    /// How often its containers were started again, and how long ago the last of them ended.
    private static func restarts(_ pod: Pod, _ now: Double) -> String {
        let count = pod.restartCount
        let ends = (pod.status?.containerStatuses ?? []).compactMap { $0.lastState?.terminated?.finishedAt }
        guard count > 0, let last = ends.max() else { return "\(count)" }
        return "\(count) (\(HumanDuration.text(since: last, now: now)) ago)"
    }

    static func service(_ service: Service, _ now: Double) -> [String] {
        let spec = service.spec
        let external: String =
            if spec?.type == "ExternalName" {
                spec?.externalName ?? ""
            } else if let addresses = spec?.externalIPs, !addresses.isEmpty {
                addresses.joined(separator: ",")
            } else {
                spec?.type == "LoadBalancer" ? "<pending>" : "<none>"
            }
        let ports = (spec?.ports ?? []).map { port in
            let node = port.nodePort.map { ":\($0)" } ?? ""
            return "\(port.port)\(node)/\(port.protocol ?? "TCP")"
        }
        return [
            service.name, spec?.type ?? "ClusterIP", spec?.clusterIP ?? "<none>", external,
            ports.isEmpty ? "<none>" : ports.joined(separator: ","), age(service, now), labels(spec?.selector ?? [:]),
        ]
    }

    static func endpoints(_ endpoints: Endpoints, _ now: Double) -> [String] {
        let all = (endpoints.subsets ?? []).flatMap { subset -> [String] in
            let addresses = (subset.addresses ?? []).map(\.ip)
            guard let ports = subset.ports, !ports.isEmpty else { return addresses }
            return ports.flatMap { port in addresses.map { HostPort.joined($0, port.port.map { "\($0)" } ?? "") } }
        }
        return [endpoints.name, first(all, or: "<none>"), age(endpoints, now)]
    }

    static func slice(_ slice: EndpointSlice, _ now: Double) -> [String] {
        let ports = (slice.ports ?? []).map { $0.port.map { "\($0)" } ?? "*" }
        let addresses = (slice.endpoints ?? []).flatMap(\.addresses)
        return [
            slice.name, slice.addressType, first(ports, or: "<unset>"), first(addresses, or: "<unset>"),
            age(slice, now),
        ]
    }

    static func event(_ event: Event, _ now: Double) -> [String] {
        let (firstSeen, lastSeen) = (
            HumanDuration.text(since: event.firstTimestamp, now: now),
            HumanDuration.text(since: event.lastTimestamp ?? event.firstTimestamp, now: now)
        )
        let count = event.count ?? 1
        let object = event.involvedObject
        let source = [event.source?.component, event.source?.host].compactMap { $0 }.filter { !$0.isEmpty }
        return [
            count > 1 ? "\(lastSeen) (x\(count) over \(firstSeen))" : lastSeen, event.type ?? "", event.reason ?? "",
            "\((object.kind ?? "").lowercased())/\(object.name ?? "")", object.fieldPath ?? "",
            source.joined(separator: ", "), (event.message ?? "").trimmed, firstSeen, "\(count)", event.name,
        ]
    }

    /// Three of them, and how many more there are.
    private static func first(_ texts: [String], or nothing: String) -> String {
        if texts.isEmpty { return nothing }
        let shown = texts.prefix(3).joined(separator: ",")
        return texts.count > 3 ? "\(shown) + \(texts.count - 3) more..." : shown
    }

    /// `app=web,tier=front`, sorted; `<none>` for none.
    static func labels(_ labels: [String: String]) -> String {
        labels.isEmpty
            ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}
