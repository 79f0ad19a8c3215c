internal import KubernetesModel

/// meta/v1 Table: objects in columns, made by the server and printed as they are by every kubectl.
struct TableDocument: Encodable {
    struct Column: Encodable {
        var name: String
        var type = "string"
        var format: String
        var description = ""
        var priority: Int
    }

    struct Row: Encodable {
        var cells: [String]
        var object: Object?
    }

    /// What stands beside the cells: the metadata alone, or all of it.
    enum Object: Encodable {
        case partial(ObjectMeta)
        case whole(AnyKubernetesObject)

        private enum CodingKeys: String, CodingKey { case kind, apiVersion, metadata }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .whole(let object): try object.encode(to: encoder)
            case .partial(let metadata):
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode("PartialObjectMetadata", forKey: .kind)
                try container.encode("meta.k8s.io/v1", forKey: .apiVersion)
                try container.encode(metadata, forKey: .metadata)
            }
        }
    }

    var kind = "Table"
    var apiVersion = "meta.k8s.io/v1"
    var metadata: ListMeta
    var columnDefinitions: [Column]
    var rows: [Row]

    /// A scale (printers.go, printScale).
    init(_ scale: Scale, now: Double) {
        metadata = ListMeta(resourceVersion: scale.metadata.resourceVersion ?? "")
        columnDefinitions = ["Name", "Desired", "Available", "Age"].map { name in
            Column(name: name, format: name == "Name" ? "name" : "", priority: 0)
        }
        let age = HumanDuration.text(since: scale.metadata.creationTimestamp, now: now)
        rows = [
            Row(
                cells: [scale.metadata.name ?? "", "\(scale.spec.replicas)", "\(scale.status.replicas)", age],
                object: .partial(scale.metadata))
        ]
    }

    /// - Parameter including: `Metadata`, `Object` or `None` (the parameter includeObject).
    init(
        _ resource: ServedResource, _ objects: [AnyKubernetesObject], metadata: ListMeta, including: String, now: Double
    ) {
        let table = ObjectTable(resource.type, objects, now: now)
        self.metadata = metadata
        columnDefinitions = table.columns.map { column in
            Column(
                name: column.name, format: column.name == "Name" ? "name" : "", priority: column.isWide ? 1 : 0)
        }
        rows = zip(table.rows, objects).map { cells, object in
            let beside: Object? =
                switch including {
                case "None": nil
                case "Object": .whole(object)
                default: .partial(object.object.metadata)
                }
            return Row(cells: cells, object: beside)
        }
    }
}
