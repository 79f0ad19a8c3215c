package import KubernetesModel

/// Objects of one kind in kubectl's columns: what the API server puts into a Table (pkg/printers/internalversion), and
/// `netlab get` prints.
package struct ObjectTable: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        /// As in a Table: `Nominated Node`. Clients print it in capitals.
        package var name: String
        /// Shown with `-o wide` only (priority 1).
        package var isWide: Bool

        package init(_ name: String, wide: Bool = false) {
            self.name = name
            isWide = wide
        }
    }

    package var columns: [Column]
    /// As many cells as columns, an object a row.
    package var rows: [[String]]

    /// - Parameters:
    ///   - type: a kind of ``KubernetesKinds``.
    ///   - objects: of that kind; others are left out.
    ///   - now: seconds since 1970, for ages.
    package init<Object: KubernetesObject>(_ type: Object.Type, _ objects: [Object], now: Double) {
        let printer = Self.printer(type)
        columns = printer.columns
        rows = objects.map { printer.row($0, now) }
    }

    /// The same for objects of which only the resource is known.
    package init(_ resource: ResourceType, _ objects: [AnyKubernetesObject], now: Double) {
        func table<Object: KubernetesObject>(_ type: Object.Type) -> ObjectTable {
            ObjectTable(type, objects.compactMap { $0.object as? Object }, now: now)
        }
        if resource == CiliumEndpoint.resource {
            self = table(CiliumEndpoint.self)
            return
        }
        let type = KubernetesKinds.type(apiVersion: resource.apiVersion, kind: resource.kind)
        self = type.map { table($0) } ?? ObjectTable(columns: [Column("Name"), Column("Age")], rows: [])
    }

    private init(columns: [Column], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    /// How one kind is shown.
    private struct Printer {
        var columns: [Column]
        var row: (any KubernetesObject, Double) -> [String]
    }

    private static func printer(_ type: any KubernetesObject.Type) -> Printer {
        func made<Object: KubernetesObject>(
            _: Object.Type, _ names: [String], wide: [String] = [], _ row: @escaping (Object, Double) -> [String]
        ) -> Printer {
            Printer(columns: names.map { Column($0) } + wide.map { Column($0, wide: true) }) { object, now in
                (object as? Object).map { row($0, now) } ?? []
            }
        }
        let workload = ["Containers", "Images", "Selector"]
        switch type {
        case is Node.Type:
            return made(
                Node.self, ["Name", "Status", "Roles", "Age", "Version"],
                wide: ["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"], node)
        case is Pod.Type:
            return made(
                Pod.self, ["Name", "Ready", "Status", "Restarts", "Age"],
                wide: ["IP", "Node", "Nominated Node", "Readiness Gates"], pod)
        case is Service.Type:
            return made(
                Service.self, ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"], wide: ["Selector"],
                service)
        case is Endpoints.Type: return made(Endpoints.self, ["Name", "Endpoints", "Age"], endpoints)
        case is EndpointSlice.Type:
            return made(EndpointSlice.self, ["Name", "AddressType", "Ports", "Endpoints", "Age"], slice)
        case is Deployment.Type:
            return made(
                Deployment.self, ["Name", "Ready", "Up-to-date", "Available", "Age"], wide: workload, deployment)
        case is ReplicaSet.Type:
            return made(ReplicaSet.self, ["Name", "Desired", "Current", "Ready", "Age"], wide: workload, replicaSet)
        case is DaemonSet.Type:
            return made(
                DaemonSet.self,
                ["Name", "Desired", "Current", "Ready", "Up-to-date", "Available", "Node Selector", "Age"],
                wide: workload, daemonSet)
        case is Job.Type:
            return made(Job.self, ["Name", "Completions", "Duration", "Age"], wide: workload, job)
        case is Namespace.Type:
            return made(Namespace.self, ["Name", "Status", "Age"]) { [$0.name, $0.status?.phase ?? "", age($0, $1)] }
        case is ConfigMap.Type:
            return made(ConfigMap.self, ["Name", "Data", "Age"]) { map, now in
                [map.name, "\((map.data ?? [:]).count + (map.binaryData ?? [:]).count)", age(map, now)]
            }
        case is Secret.Type:
            return made(Secret.self, ["Name", "Type", "Data", "Age"]) { secret, now in
                [secret.name, secret.type ?? "Opaque", "\((secret.data ?? [:]).count)", age(secret, now)]
            }
        case is ServiceAccount.Type:
            return made(ServiceAccount.self, ["Name", "Secrets", "Age"]) { account, now in
                [account.name, "\((account.secrets ?? []).count)", age(account, now)]
            }
        case is CiliumNode.Type:
            return made(CiliumNode.self, ["Name", "CiliumInternalIP", "InternalIP", "Age"]) { node, now in
                func address(_ type: String) -> String {
                    node.spec?.addresses?.first { $0.type == type }?.ip ?? "<none>"
                }
                return [node.name, address("CiliumInternalIP"), address("InternalIP"), age(node, now)]
            }
        case is CiliumEndpoint.Type:
            return made(CiliumEndpoint.self, ["Name", "Endpoint State", "IPv4", "IPv6", "Age"]) { endpoint, now in
                let address = endpoint.status?.networking.addressing.first
                return [
                    endpoint.name, endpoint.status?.state ?? "", address?.ipv4 ?? "", address?.ipv6 ?? "",
                    age(endpoint, now),
                ]
            }
        case is ControllerRevision.Type:
            return made(ControllerRevision.self, ["Name", "Controller", "Revision", "Age"]) { revision, now in
                let owner = revision.controllerReference
                let group = owner?.apiVersion.split(separator: "/").first.map { ".\($0)" } ?? ""
                let controller = owner.map { "\($0.kind.lowercased())\(group)/\($0.name)" } ?? "<none>"
                return [revision.name, controller, "\(revision.revision)", age(revision, now)]
            }
        case is Lease.Type:
            return made(Lease.self, ["Name", "Holder", "Age"]) { lease, now in
                [lease.name, lease.spec?["holderIdentity"]?.text ?? "", age(lease, now)]
            }
        case is Event.Type: return eventPrinter
        default: return Printer(columns: [Column("Name"), Column("Age")]) { [$0.name, age($0, $1)] }
        }
    }

    private static var eventPrinter: Printer {
        let columns = [
            Column("Last Seen"), Column("Type"), Column("Reason"), Column("Object"), Column("Subobject", wide: true),
            Column("Source", wide: true), Column("Message"), Column("First Seen", wide: true),
            Column("Count", wide: true), Column("Name", wide: true),
        ]
        return Printer(columns: columns) { object, now in (object as? Event).map { event($0, now) } ?? [] }
    }

    static func age(_ object: any KubernetesObject, _ now: Double) -> String {
        HumanDuration.text(since: object.metadata.creationTimestamp, now: now)
    }
}
