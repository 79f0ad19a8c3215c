/// apps/v1 Deployment, ReplicaSet and DaemonSet, batch/v1 Job.
enum WorkloadSchema {
    static let deployment: [Field] =
        common + [
            Field(
                "strategy",
                .object([
                    Field("type", .oneOf(["RollingUpdate", "Recreate"])), rollingUpdate,
                ])),
            Field("revisionHistoryLimit", .integer(0...Int(Int32.max))), Field("paused", .boolean),
            Field("progressDeadlineSeconds", .integer(0...Int(Int32.max))),
        ]

    static let replicaSet: [Field] = common

    static let daemonSet: [Field] = [
        Field("minReadySeconds", .integer(0...Int(Int32.max))),
        Field("updateStrategy", .object([Field("type", .oneOf(["RollingUpdate", "OnDelete"])), rollingUpdate])),
        Field("revisionHistoryLimit", .integer(0...Int(Int32.max))),
        Field("selector", ManifestSchema.labelSelector, required: true), Field("template", podTemplate, required: true),
    ]

    /// batch/v1 Job.
    static let job: [Field] = [
        Field("parallelism", .integer(0...Int(Int32.max))), Field("completions", .integer(0...Int(Int32.max))),
        Field("backoffLimit", .integer(0...Int(Int32.max))), Field("suspend", .boolean),
        Field("activeDeadlineSeconds", .integer(1...Int(Int32.max))),
        Field("ttlSecondsAfterFinished", .integer(0...Int(Int32.max))),
        Field("selector", ManifestSchema.labelSelector), Field("manualSelector", .boolean),
        Field("completionMode", .oneOf(["NonIndexed", "Indexed"])), Field("template", podTemplate, required: true),
    ]

    private static let common: [Field] = [
        Field("replicas", .integer(0...Int(Int32.max))), Field("minReadySeconds", .integer(0...Int(Int32.max))),
        Field("selector", ManifestSchema.labelSelector, required: true),
        Field("template", podTemplate, required: true),
    ]

    private static let rollingUpdate = Field(
        "rollingUpdate", .object([Field("maxUnavailable", countOrShare), Field("maxSurge", countOrShare)]))

    private static let podTemplate = Schema.object([
        Field("metadata", .object(ManifestSchema.metadata)),
        Field("spec", .object(PodSchema.spec), required: true),
    ])

    private static let countOrShare = Schema.integerOrText(
        IntegerRule(0...100_000, "a count or a percentage"),
        TextRule("a count or a percentage such as 25%") { text in
            text.hasSuffix("%") && Int(text.dropLast()).map((0...1000).contains) == true
                ? nil : "\"\(YAMLValue.shortened(text))\" is neither"
        })
}
