/// core/v1 Service and Endpoints, discovery.k8s.io/v1 EndpointSlice.
enum ServiceSchema {
    static let spec: [Field] = [
        Field("ports", .list(.object(port))), Field("selector", ManifestSchema.labels),
        Field("clusterIP", .text(clusterIP)), Field("clusterIPs", .list(.text(clusterIP))),
        Field("type", .oneOf(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])),
        Field("sessionAffinity", .oneOf(["None", "ClientIP"])),
        Field(
            "sessionAffinityConfig",
            .object([Field("clientIP", .object([Field("timeoutSeconds", .integer(1...86400))]))])),
        Field("publishNotReadyAddresses", .boolean),
        Field("internalTrafficPolicy", .oneOf(["Cluster", "Local"])),
        Field("externalTrafficPolicy", .oneOf(["Cluster", "Local", ""])),
        Field("externalIPs", .list(.text)), Field("externalName", .text),
        Field("loadBalancerIP", .text), Field("loadBalancerSourceRanges", .list(.text)),
        Field("loadBalancerClass", .text), Field("allocateLoadBalancerNodePorts", .boolean),
        Field("healthCheckNodePort", .integer(0...65535)),
        Field("ipFamilies", .list(.oneOf(["IPv4", "IPv6"]))),
        Field("ipFamilyPolicy", .oneOf(["SingleStack", "PreferDualStack", "RequireDualStack"])),
    ]

    private static let port: [Field] = [
        Field("port", .integer(.port), required: true), Field("name", .text(TextRule.dnsLabel)),
        Field("protocol", PodSchema.transport), Field("targetPort", PodSchema.port),
        Field("nodePort", .integer(0...65535)), Field("appProtocol", .text),
    ]

    private static let clusterIP = TextRule("an IPv4 address, or None for a headless Service") { text in
        text == "None" || text.isEmpty ? nil : TextRule.ipv4Address.fault(text)
    }

    static let endpointSlice: [Field] = [
        Field("addressType", .oneOf(["IPv4"]), required: true),
        Field("endpoints", .list(.object(endpoint))),
        Field("ports", .list(.object(endpointPort))),
    ]

    private static let endpoint: [Field] = [
        Field("addresses", .list(.text(TextRule.ipv4Address)), required: true),
        Field(
            "conditions",
            .object([Field("ready", .boolean), Field("serving", .boolean), Field("terminating", .boolean)])),
        Field("hostname", .text), Field("nodeName", .text), Field("zone", .text), Field("hints", .anything),
        Field("targetRef", .object(objectReference)), Field("deprecatedTopology", .textMap),
    ]

    static let endpointSubset = Schema.object([
        Field("addresses", .list(.object(endpointAddress))),
        Field("notReadyAddresses", .list(.object(endpointAddress))),
        Field("ports", .list(.object(endpointPort))),
    ])

    private static let endpointAddress: [Field] = [
        Field("ip", .text(TextRule.ipv4Address), required: true), Field("hostname", .text),
        Field("nodeName", .text), Field("targetRef", .object(objectReference)),
    ]

    private static let endpointPort: [Field] = [
        Field("name", .text), Field("port", .integer(.port)), Field("protocol", PodSchema.transport),
        Field("appProtocol", .text),
    ]

    private static let objectReference: [Field] = [
        Field("apiVersion", .text), Field("kind", .text), Field("namespace", .text), Field("name", .text),
        Field("uid", .text), Field("resourceVersion", .text), Field("fieldPath", .text),
    ]
}
