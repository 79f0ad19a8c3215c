/// core/v1 SecurityContext and PodSecurityContext.
enum SecuritySchema {
    static let container = Schema.object(
        [
            Field(
                "capabilities", .object([Field("add", .list(.text)), Field("drop", .list(.text))])),
            Field("privileged", .boolean), Field("allowPrivilegeEscalation", .boolean),
            Field("readOnlyRootFilesystem", .boolean), Field("procMount", .oneOf(["Default"])),
        ] + shared)

    static let pod = Schema.object(
        [
            Field("supplementalGroups", .list(identity)), Field("fsGroup", identity),
            Field("fsGroupChangePolicy", .text, effect: noEffect), Field("sysctls", .anything, effect: noEffect),
        ] + shared)

    private static let shared = [
        Field("runAsUser", identity), Field("runAsGroup", identity), Field("runAsNonRoot", .boolean),
        Field("seLinuxOptions", .anything, effect: noEffect), Field("seccompProfile", .anything, effect: noEffect),
        Field("windowsOptions", .anything, effect: noEffect),
    ]

    private static let identity = Schema.integer(0...Int(Int32.max))
    private static let noEffect = Field.Effect.none("accepted, has no effect in a netns lab")
}
