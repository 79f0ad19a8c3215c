extension YAMLDamage {
    /// Field names of every format netlab reads, so that a value lands where it is taken seriously.
    static let keys = [
        "kind", "apiVersion", "name", "nodes", "role", "labels", "image", "networking", "podSubnet", "serviceSubnet",
        "ipFamily", "disableDefaultCNI", "kubeProxyMode", "apiServerPort", "extraPortMappings", "featureGates",
        "tunnel", "autoDirectNodeRoutes", "ipv4NativeRoutingCIDR", "kubeProxyReplacement", "bpf", "masquerade",
        "ipam", "mode", "operator", "clusterPoolIPv4PodCIDR", "clusterPoolIPv4PodCIDRList", "clusterPoolIPv4MaskSize",
        "MTU", "mtu", "endpointRoutes", "enabled", "enableIPv4Masquerade", "ipv6", "k8sServiceHost", "k8sServicePort",
        "seed", "underlay", "subnet", "gateway", "address", "podCIDR", "router", "services", "clusterIP", "proxy",
        "noEndpoints", "sourceIP", "metadata", "namespace", "generateName", "annotations", "creationTimestamp",
        "deletionTimestamp", "finalizers", "ownerReferences", "resourceVersion", "generation", "spec", "replicas",
        "selector", "matchLabels", "matchExpressions", "template", "strategy", "rollingUpdate", "maxSurge",
        "maxUnavailable", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit", "containers",
        "initContainers", "command", "args", "env", "value", "valueFrom", "fieldRef", "fieldPath", "ports",
        "containerPort", "hostPort", "port", "targetPort", "nodePort", "protocol", "type", "clusterIPs", "externalIPs",
        "sessionAffinity", "sessionAffinityConfig", "clientIP", "timeoutSeconds", "ipFamilies", "ipFamilyPolicy",
        "readinessProbe", "livenessProbe", "startupProbe", "httpGet", "tcpSocket", "exec", "periodSeconds",
        "initialDelaySeconds", "failureThreshold", "successThreshold", "terminationGracePeriodSeconds",
        "activeDeadlineSeconds", "nodeSelector", "nodeName", "hostname", "subdomain", "tolerations", "effect", "key",
        "tolerationSeconds", "topologySpreadConstraints", "maxSkew", "topologyKey", "whenUnsatisfiable", "minDomains",
        "hostNetwork", "hostAliases", "ip", "hostnames", "dnsPolicy", "dnsConfig", "resources", "limits", "requests",
        "cpu", "memory", "volumes", "volumeMounts", "affinity", "subsets", "addresses", "endpoints", "addressType",
        "conditions", "ready", "data", "binaryData", "immutable", "items", "restartPolicy", "securityContext",
        "publishNotReadyAddresses", "internalTrafficPolicy", "overhead", "priority", "status", "<<",
    ]
}
