/// core/v1 PodSpec and what it holds.
enum PodSchema {
    static let spec: [Field] = [
        Field("containers", .list(.object(container)), required: true),
        Field("initContainers", .list(.object(container))),
        Field("restartPolicy", .oneOf(["Always", "OnFailure", "Never"])),
        Field("terminationGracePeriodSeconds", .integer(0...Int(Int32.max))),
        Field("activeDeadlineSeconds", .integer(1...Int(Int32.max))),
        Field("nodeSelector", .textMap), Field("nodeName", .text), Field("hostname", .text(TextRule.dnsLabel)),
        Field("subdomain", .text(TextRule.dnsLabel)),
        Field("tolerations", .list(.object(toleration))),
        Field("topologySpreadConstraints", .list(.object(topologySpread))),
        Field("hostNetwork", .boolean), Field("hostAliases", .list(.object(hostAlias))),
        Field("dnsPolicy", .oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
        Field("dnsConfig", .object(dnsConfig)),
        Field("hostPID", .boolean), Field("hostIPC", .boolean), Field("shareProcessNamespace", .boolean),
        Field("serviceAccountName", .text), Field("serviceAccount", .text),
        Field("automountServiceAccountToken", .boolean), Field("schedulerName", .text),
        Field("enableServiceLinks", .boolean), Field("priority", .integer(Int(Int32.min)...Int(Int32.max))),
        Field("priorityClassName", .text),
        Field("preemptionPolicy", .text), Field("runtimeClassName", .text),
        Field("overhead", .map(keys: nil, values: quantity)),
        Field("readinessGates", .list(.anything)), Field("affinity", .anything),
        Field("securityContext", .anything), Field("imagePullSecrets", .list(.anything)),
        Field("volumes", .list(.anything)),
    ]

    static let container: [Field] = [
        Field("name", .text(TextRule.dnsLabel), required: true), Field("image", .text, required: true),
        Field("command", .list(.text)), Field("args", .list(.text)), Field("workingDir", .text),
        Field("ports", .list(.object(containerPort))), Field("env", .list(.object(environment))),
        Field("envFrom", .list(.object(environmentSource))),
        Field("readinessProbe", .object(probe)), Field("livenessProbe", .object(probe)),
        Field("startupProbe", .object(probe)),
        Field(
            "resources",
            .object([
                Field("limits", .map(keys: nil, values: quantity)),
                Field("requests", .map(keys: nil, values: quantity)),
            ])),
        Field("imagePullPolicy", .oneOf(["Always", "IfNotPresent", "Never"])),
        Field("terminationMessagePath", .text), Field("terminationMessagePolicy", .text),
        Field("stdin", .boolean), Field("stdinOnce", .boolean), Field("tty", .boolean),
        Field("lifecycle", .anything), Field("securityContext", .anything), Field("volumeMounts", .list(.anything)),
    ]

    /// Quantities may be written as bare numbers.
    static let quantity = Schema.integerOrText(
        IntegerRule(Int.min...Int.max, "a quantity"), TextRule.quantity)

    static let port = Schema.integerOrText(.port, portName)

    /// IANA_SVC_NAME: what a named port may be called.
    static let portName = TextRule("a port number or a port name of at most 15 lower-case letters, digits and '-'") {
        TextRule.isLabel($0[...], longest: 15) && $0.utf8.contains { (97...122).contains($0) }
            ? nil : "\"\(YAMLValue.shortened($0))\" is not a valid port name"
    }

    static let transport = Schema.oneOf(["TCP", "UDP", "SCTP"])

    private static let containerPort: [Field] = [
        Field("containerPort", .integer(.port), required: true), Field("name", .text(portName)),
        Field("protocol", transport), Field("hostPort", .integer(.port)), Field("hostIP", .text),
    ]

    private static let environment: [Field] = [
        Field("name", .text, required: true), Field("value", .text),
        Field(
            "valueFrom",
            .object([
                Field(
                    "fieldRef", .object([Field("apiVersion", .text), Field("fieldPath", .text, required: true)])),
                Field("resourceFieldRef", .anything), Field("configMapKeyRef", .object(keySelector)),
                Field("secretKeyRef", .object(keySelector)),
            ])),
    ]

    private static let keySelector: [Field] = [
        Field("name", .text), Field("key", .text, required: true), Field("optional", .boolean),
    ]

    private static let environmentSource: [Field] = [
        Field("prefix", .text),
        Field("configMapRef", .object([Field("name", .text), Field("optional", .boolean)])),
        Field("secretRef", .object([Field("name", .text), Field("optional", .boolean)])),
    ]

    private static let probe: [Field] = [
        Field("exec", .object([Field("command", .list(.text))])),
        Field(
            "httpGet",
            .object([
                Field("path", .text), Field("port", port, required: true), Field("host", .text),
                Field("scheme", .oneOf(["HTTP", "HTTPS"])),
                Field(
                    "httpHeaders",
                    .list(.object([Field("name", .text, required: true), Field("value", .text, required: true)]))),
            ])),
        Field("tcpSocket", .object([Field("port", port, required: true), Field("host", .text)])),
        Field("grpc", .anything),
        Field("initialDelaySeconds", .integer(0...Int(Int32.max))),
        Field("timeoutSeconds", .integer(1...Int(Int32.max))),
        Field("periodSeconds", .integer(1...Int(Int32.max))),
        Field("successThreshold", .integer(1...Int(Int32.max))),
        Field("failureThreshold", .integer(1...Int(Int32.max))),
        Field("terminationGracePeriodSeconds", .integer(1...Int(Int32.max))),
    ]

    private static let toleration: [Field] = [
        Field("key", .text), Field("operator", .oneOf(["Exists", "Equal"])), Field("value", .text),
        Field("effect", .oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"])),
        Field("tolerationSeconds", .integer(Int(Int32.min)...Int(Int32.max))),
    ]

    private static let topologySpread: [Field] = [
        Field("maxSkew", .integer(1...Int(Int32.max)), required: true),
        Field("topologyKey", .text, required: true),
        Field("whenUnsatisfiable", .oneOf(["DoNotSchedule", "ScheduleAnyway"]), required: true),
        Field("labelSelector", ManifestSchema.labelSelector), Field("minDomains", .integer(1...Int(Int32.max))),
    ]

    private static let hostAlias: [Field] = [
        Field("ip", .text, required: true), Field("hostnames", .list(.text)),
    ]

    private static let dnsConfig: [Field] = [
        Field("nameservers", .list(.text)), Field("searches", .list(.text)),
        Field("options", .list(.object([Field("name", .text), Field("value", .text)]))),
    ]
}
