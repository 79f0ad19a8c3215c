/// Words for `--set`, right and wrong in the manner of people and of those who mean harm.
enum SetWords {
    private static let keys = [
        "tunnel", "autoDirectNodeRoutes", "ipv4NativeRoutingCIDR", "bpf", "masquerade", "ipam", "operator", "mode",
        "clusterPoolIPv4PodCIDR", "clusterPoolIPv4PodCIDRList", "clusterPoolIPv4MaskSize", "MTU", "mtu",
        "kubeProxyReplacement", "k8sServiceHost", "k8sServicePort", "endpointRoutes", "enabled", "ipv6", "ipv4",
        "enableIPv4Masquerade", "", "a", "é", "\u{202e}x", "a b", "0", "-1", "\\", "\"",
    ]
    private static let separators = [
        "=", ".", ",", "[0]", "[1]", "[", "]", "[]", "[-1]", "[65536]", "[99999999]", "[99999999999999999999]", "[x]",
        "{", "}", "\\", "\\.", "\\,", "..", "==", "=,", " ", "\t", "\n", "\u{0}", "[0][0]", "[2].",
    ]

    private static let sound = [
        "autoDirectNodeRoutes=false", "endpointRoutes.enabled=TRUE", "bpf.masquerade=true,MTU=1400", "mtu=9000",
        "ipam.mode=kubernetes", "ipam.operator.clusterPoolIPv4MaskSize=30", "ipv4NativeRoutingCIDR=10.0.0.0/16",
        "ipam.operator.clusterPoolIPv4PodCIDRList={10.0.0.0/20,10.64.0.0/20}", "enableIPv4Masquerade=null",
        "ipam.operator.clusterPoolIPv4PodCIDRList[1]=10.128.0.0/12", "ipam.operator.clusterPoolIPv4PodCIDR=10.8.0.0/24",
        "kubeProxyReplacement=disabled", "hubble.relay.replicas[3].x\\.y=\\,", "k8sServiceHost=kind-control-plane",
    ]

    static func word(_ draws: inout FuzzDraws) -> String {
        switch draws.below(12) {
        case 8...11: return draws.pick(sound)
        case 0: return path(&draws) + "=" + YAMLScalars.any(&draws)
        case 1: return path(&draws) + "={" + YAMLScalars.any(&draws) + "," + YAMLScalars.any(&draws) + "}"
        case 2:
            let step = draws.pick(["a.", "a[0].", "[0]", "a\\.", "a=1,", "{", "[300]", "a[1024]."])
            return String(repeating: step, count: draws.pick([10, 31, 300, 3000])) + draws.pick(["a=1", "=1", "", "a"])
        case 3:
            return path(&draws) + "=" + draws.pick(["true", "null", "TRUE", "+1", "-0", "007", "1e3", "", "{}", "{"])
        default:
            var word = ""
            for _ in 0...draws.below(12) {
                word += draws.oneIn(2) ? draws.pick(keys) : draws.pick(separators)
                if draws.oneIn(6) { word += YAMLScalars.any(&draws) }
            }
            return word
        }
    }

    private static func path(_ draws: inout FuzzDraws) -> String {
        (0...draws.below(4)).map { _ in draws.pick(keys) + (draws.oneIn(6) ? "[\(draws.below(4))]" : "") }
            .joined(separator: ".")
    }
}
