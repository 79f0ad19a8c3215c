import ClusterState
import KubernetesModel
import NetworkModel

/// What controllers look objects up by; kept with every write, so that no step scans all objects.
struct ClusterIndex {
    private(set) var byOwner: [String: Set<ObjectIdentity>] = [:]
    private(set) var podsByNode: [String: Set<ObjectKey>] = [:]
    private(set) var podAddressesByNode: [String: Set<IPAddress>] = [:]
    /// Pods of one owner on each node.
    private(set) var siblingsByNode: [String: [String: Int]] = [:]
    /// Pods by namespace and `key=value`.
    private(set) var podsByLabel: [ObjectKey: Set<ObjectKey>] = [:]
    /// Services by namespace and the smallest `key=value` of their selector.
    private(set) var servicesBySelector: [ObjectKey: Set<ObjectKey>] = [:]
    private(set) var slicesByService: [ObjectKey: Set<ObjectKey>] = [:]
    private(set) var clusterIPs: [IPAddress: ObjectKey] = [:]
    private(set) var nodePorts: [Int32: ObjectKey] = [:]

    static func labelKey(_ namespace: String, _ key: String, _ value: String) -> ObjectKey {
        ObjectKey(namespace, "\(key)=\(value)")
    }

    mutating func add(_ object: any KubernetesObject) { update(object, present: true) }
    mutating func remove(_ object: any KubernetesObject) { update(object, present: false) }

    private mutating func update(_ object: any KubernetesObject, present: Bool) {
        let key = ObjectKey(object.namespace, object.name)
        for owner in object.metadata.ownerReferences ?? [] {
            let identity = ObjectIdentity(kind: type(of: object).resource.kind, key: key)
            Self.change(&byOwner, owner.uid, identity, present)
        }
        switch object {
        case let pod as Pod: update(pod, key, present)
        case let service as Service: update(service, key, present)
        case let slice as EndpointSlice:
            guard let service = slice.labels[EndpointSlice.serviceLabel] else { return }
            Self.change(&slicesByService, ObjectKey(slice.namespace, service), key, present)
        default: break
        }
    }

    private mutating func update(_ pod: Pod, _ key: ObjectKey, _ present: Bool) {
        for (label, value) in pod.labels {
            Self.change(&podsByLabel, Self.labelKey(pod.namespace, label, value), key, present)
        }
        guard let node = pod.spec?.nodeName, !node.isEmpty else { return }
        Self.change(&podsByNode, node, key, present)
        if pod.spec?.hostNetwork != true, let address = pod.status?.podIP.flatMap({ IPAddress($0) }) {
            Self.change(&podAddressesByNode, node, address, present)
        }
        if let owner = pod.controllerReference?.uid {
            siblingsByNode[owner, default: [:]][node, default: 0] += present ? 1 : -1
            if siblingsByNode[owner]?[node] == 0 { siblingsByNode[owner]?[node] = nil }
            if siblingsByNode[owner]?.isEmpty == true { siblingsByNode[owner] = nil }
        }
    }

    private mutating func update(_ service: Service, _ key: ObjectKey, _ present: Bool) {
        if let first = service.spec?.selector?.min(by: { $0.key < $1.key }) {
            Self.change(
                &servicesBySelector, Self.labelKey(service.namespace, first.key, first.value), key, present)
        }
        if let address = service.spec?.clusterIP.flatMap({ IPAddress($0) }) {
            clusterIPs[address] = present ? key : nil
        }
        for port in service.spec?.ports ?? [] {
            if let number = port.nodePort, number != 0 { nodePorts[number] = present ? key : nil }
        }
    }

    private static func change<Key: Hashable, Value: Hashable>(
        _ sets: inout [Key: Set<Value>], _ key: Key, _ value: Value, _ present: Bool
    ) {
        if present {
            sets[key, default: []].insert(value)
        } else {
            sets[key]?.remove(value)
            if sets[key]?.isEmpty == true { sets[key] = nil }
        }
    }
}

extension EndpointSlice {
    /// The label that names a slice's service.
    package static let serviceLabel = "kubernetes.io/service-name"
}
