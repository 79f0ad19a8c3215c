import NetworkModel

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
        Field("hostPID", .boolean, effect: ownProcesses), Field("hostIPC", .boolean, effect: ownProcesses),
        Field("shareProcessNamespace", .boolean, effect: ownProcesses),
        Field("serviceAccountName", .text), Field("serviceAccount", .text),
        Field("automountServiceAccountToken", .boolean), Field("schedulerName", .text),
        Field("enableServiceLinks", .boolean), Field("priority", .integer(Int(Int32.min)...Int(Int32.max))),
        Field("priorityClassName", .text),
        Field("preemptionPolicy", .text), Field("runtimeClassName", .text),
        Field("overhead", .map(keys: nil, values: quantity)),
        Field("readinessGates", .list(.anything)), Field("affinity", .anything),
        Field("securityContext", SecuritySchema.pod), Field("imagePullSecrets", .list(.anything)),
        Field("volumes", .list(.anything), effect: hostFiles),
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
        Field("lifecycle", .anything), Field("securityContext", SecuritySchema.container),
        Field("volumeMounts", .list(.anything), effect: hostFiles),
    ]

    private static let hostFiles = Field.Effect.none(
        "accepted, has no effect: containers read this machine's files, and have a /tmp and a /run of their own")
    private static let ownProcesses = Field.Effect.none(
        "accepted, has no effect: every container has processes of its own")

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
        Field("name", .text(variableName), required: true), Field("value", .text),
        Field(
            "valueFrom",
            .object([
                Field(
                    "fieldRef", .object([Field("apiVersion", .text), Field("fieldPath", .text, required: true)])),
                Field("resourceFieldRef", .anything), Field("configMapKeyRef", .object(keySelector)),
                Field("secretKeyRef", .object(keySelector)),
            ])),
    ]

    /// apimachinery's IsEnvVarName.
    private static let variableName = TextRule("letters, digits, '_', '-' and '.', not starting with a digit") { name in
        let isName = name.utf8.allSatisfy {
            (97...122).contains($0 | 0x20) || (48...57).contains($0) || "_-.".utf8.contains($0)
        }
        let startsRight = name.utf8.first.map { !(48...57).contains($0) } ?? false
        return isName && startsRight && name != "." && !name.hasPrefix("..")
            ? nil : "\"\(YAMLValue.shortened(name))\" is not a valid variable name"
    }

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
        Field("ip", .text(address), required: true), Field("hostnames", .list(.text(TextRule.dnsSubdomain))),
    ]

    private static let dnsConfig: [Field] = [
        Field("nameservers", .list(.text(address))), Field("searches", .list(.text(searchDomain))),
        Field("options", .list(.object([Field("name", .text(resolverWord)), Field("value", .text(resolverWord))]))),
    ]

    // These become lines of /etc/hosts and /etc/resolv.conf.

    private static let address = TextRule("an IP address") {
        IPAddress($0) == nil ? "\"\(YAMLValue.shortened($0))\" is not an IP address" : nil
    }

    /// A domain, with or without the root's dot (validatePodDNSConfig).
    private static let searchDomain = TextRule(TextRule.dnsSubdomain.expected) { text in
        text == "." ? nil : TextRule.dnsSubdomain.fault(text.hasSuffix(".") ? String(text.dropLast()) : text)
    }

    private static let resolverWord = TextRule("one word of printable ASCII") { text in
        text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            ? nil : "\"\(YAMLValue.shortened(text))\" is not one word"
    }
}
