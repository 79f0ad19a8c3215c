import KubernetesModel

/// The fields of the kinds a manifest may hold, as the wire types name them (kubectl's strict decoding refuses others).
enum ManifestSchema {
    /// The kinds `netlab up` applies, by `apiVersion/kind`.
    static let kinds: [String: Schema] = [
        "v1/Namespace": object([
            Field("spec", .object([Field("finalizers", .list(.text))])),
            Field("status", .anything),
        ]),
        "v1/ConfigMap": object([
            Field("data", .textMap), Field("binaryData", .textMap), Field("immutable", .boolean),
        ]),
        "v1/Pod": object([Field("spec", .object(PodSchema.spec), required: true), Field("status", .anything)]),
        "v1/Service": object([Field("spec", .object(ServiceSchema.spec)), Field("status", .anything)]),
        "v1/Endpoints": object([Field("subsets", .list(ServiceSchema.endpointSubset))]),
        "apps/v1/Deployment": object([
            Field("spec", .object(WorkloadSchema.deployment), required: true), Field("status", .anything),
        ]),
        "apps/v1/ReplicaSet": object([
            Field("spec", .object(WorkloadSchema.replicaSet), required: true), Field("status", .anything),
        ]),
        "apps/v1/DaemonSet": object([
            Field("spec", .object(WorkloadSchema.daemonSet), required: true), Field("status", .anything),
        ]),
        "batch/v1/Job": object([
            Field("spec", .object(WorkloadSchema.job), required: true), Field("status", .anything),
        ]),
        "discovery.k8s.io/v1/EndpointSlice": object(ServiceSchema.endpointSlice),
    ]

    /// As a message names them.
    static let kindNames = [
        "ConfigMap", "DaemonSet", "Deployment", "Endpoints", "EndpointSlice", "Job", "List", "Namespace", "Pod",
        "ReplicaSet", "Service",
    ]

    static let metadata: [Field] = [
        Field("name", .text(TextRule.dnsSubdomain)), Field("generateName", .text),
        Field("namespace", .text(TextRule.dnsLabel)), Field("labels", labels), Field("annotations", .textMap),
        Field("finalizers", .list(.text)), Field("ownerReferences", .list(.object(ownerReference))),
        Field("uid", .text), Field("resourceVersion", .text), Field("generation", .integer),
        Field("creationTimestamp", .text(time)), Field("deletionTimestamp", .text(time)),
        Field("deletionGracePeriodSeconds", .integer(0...Int(Int32.max))), Field("managedFields", .list(.anything)),
        Field("selfLink", .text),
    ]

    private static let time = TextRule("a time such as 2024-01-31T12:00:00Z") { text in
        Timestamp(text) == nil ? "\"\(YAMLValue.shortened(text))\" is not a time" : nil
    }

    static let labelSelector = Schema.object([
        Field("matchLabels", labels),
        Field(
            "matchExpressions",
            .list(
                .object([
                    Field("key", .text, required: true),
                    Field("operator", .oneOf(["In", "NotIn", "Exists", "DoesNotExist"]), required: true),
                    Field("values", .list(.text)),
                ]))),
    ])

    static let labels = Schema.map(keys: labelKey, values: .text(labelValue))

    private static let ownerReference: [Field] = [
        Field("apiVersion", .text, required: true), Field("kind", .text, required: true),
        Field("name", .text, required: true), Field("uid", .text, required: true), Field("controller", .boolean),
        Field("blockOwnerDeletion", .boolean),
    ]

    /// apimachinery's IsQualifiedName: an optional DNS subdomain and `/`, then a name.
    private static let labelKey = TextRule("a label key such as app or example.com/app") { key in
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let prefixIsFine = parts.count == 1 || parts.count == 2 && TextRule.dnsSubdomain.fault(parts[0]) == nil
        return prefixIsFine && parts.last.map { !$0.isEmpty && isLabelText($0) } == true
            ? nil : "\"\(YAMLValue.shortened(key))\" is not a valid label key"
    }

    private static let labelValue = TextRule(
        "at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
    ) { value in isLabelText(value) ? nil : "\"\(YAMLValue.shortened(value))\" is not a valid label value" }

    private static func isLabelText(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        guard text.utf8.count <= 63, let first = text.utf8.first, let last = text.utf8.last else { return text.isEmpty }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func object(_ fields: [Field]) -> Schema {
        .object(
            [
                Field("apiVersion", .text, required: true), Field("kind", .text, required: true),
                Field("metadata", .object(metadata), required: true),
            ] + fields)
    }
}
