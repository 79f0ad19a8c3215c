import LabFiles
import NetworkModel
import Testing

/// The chart's defaults, Helm's merging, the agent's checks.
@Suite struct CiliumValuesTests {
    @Test("behaviour 2.9: the chart's defaults")
    func defaults() throws {
        let values = try #require(
            try parse(cilium: "tunnel: disabled\nipv4NativeRoutingCIDR: 10.0.0.0/8\nkubeProxyReplacement: partial\n")
                .cilium)
        #expect(values.clusterPoolIPv4PodCIDRs == [IPPrefix("10.0.0.0/8")])
        #expect(values.clusterPoolIPv4MaskSize == 24)
        #expect(values.ipamMode == .clusterPool)
        #expect(!values.autoDirectNodeRoutes)
        #expect(values.enableIPv4Masquerade)
        #expect(!values.bpfMasquerade)
        #expect(!values.endpointRoutes)
        #expect(values.mtu == nil)
        #expect(CiliumValues().tunnel == .vxlan)
        #expect(CiliumValues().kubeProxyReplacement == .disabled)
    }

    @Test("the tutorial's --set flags equal the three-node lab's values file")
    func tutorialFlags() throws {
        let flags = [
            "tunnel=disabled", "autoDirectNodeRoutes=true", "ipv4NativeRoutingCIDR=10.0.0.0/8",
            "kubeProxyReplacement=strict", "k8sServiceHost=172.18.0.4", "k8sServicePort=6443", "bpf.masquerade=true",
        ]
        let expected = try LabFiles.parse(RepositoryFiles.source("labs/three-node")).cilium
        #expect(try parse(set: flags).cilium == expected)
        #expect(try parse(set: [flags.joined(separator: ",")]).cilium == expected)
    }

    @Test("later files win over earlier ones, --set over all, null gives the chart's default back")
    func precedence() throws {
        let first = LabFile(path: "a.yaml", text: goodValues + "\nendpointRoutes: {enabled: true}\nMTU: 1400\n")
        let second = LabFile(path: "b.yaml", text: "MTU: 1300\nautoDirectNodeRoutes: null\n")
        let merged = try LabFiles.cilium(files: [first, second], set: ["endpointRoutes.enabled=false"]).values
        #expect(merged.mtu == 1300)
        #expect(!merged.autoDirectNodeRoutes)
        #expect(!merged.endpointRoutes)
        #expect(try LabFiles.cilium(files: [first], set: ["MTU=null"]).values.mtu == nil)
    }

    @Test(
        "Helm's --set syntax",
        arguments: [
            ("ipam.operator.clusterPoolIPv4PodCIDRList={10.1.0.0/16,10.2.0.0/16}", ["10.1.0.0/16", "10.2.0.0/16"]),
            ("ipam.operator.clusterPoolIPv4PodCIDRList[0]=10.3.0.0/16", ["10.3.0.0/16"]),
            (
                "ipam.operator.clusterPoolIPv4PodCIDRList[1]=10.3.0.0/16,"
                    + "ipam.operator.clusterPoolIPv4PodCIDRList[0]=10.4.0.0/16", ["10.4.0.0/16", "10.3.0.0/16"]
            ),
            ("ipam.operator.clusterPoolIPv4PodCIDRList={}", ["10.0.0.0/8"]),
            ("ipam.operator.clusterPoolIPv4PodCIDR=10.9.0.0/16", ["10.9.0.0/16"]),
        ])
    func lists(_ flag: String, _ expected: [String]) throws {
        let values = try parse(cilium: goodValues, set: [flag]).cilium
        #expect(values?.clusterPoolIPv4PodCIDRs.map(\.description) == expected)
    }

    @Test(
        "a fault in a flag is attributed to it",
        arguments: [
            (
                "tunnel=foo",
                "--set tunnel: invalid tunnel mode 'foo', valid modes = {disabled, geneve, vxlan}; expected disabled, "
                    + "as the overlays are not yet supported"
            ),
            (
                "autoDirectNodeRoutes=yes",
                "--set autoDirectNodeRoutes: found the text \"yes\"; expected true or false, without quotes"
            ),
            ("k8sServicePort=0123", nil),
            (
                "k8sServicePort=70000",
                "--set k8sServicePort: invalid port number: 70000; expected a port from 1 to 65535"
            ),
            ("tunnel", "--set tunnel: key \"tunnel\" has no value; expected --set KEY=VALUE[,KEY=VALUE…]"),
            (
                "bpf.masquerade,MTU=1",
                "--set bpf.masquerade: key \"masquerade\" has no value (cannot end with ,); "
                    + "expected --set KEY=VALUE[,KEY=VALUE…]"
            ),
            ("=1", "--set: there is no key before the =; expected --set KEY=VALUE[,KEY=VALUE…]"),
            ("a[x]=1", "--set a: error parsing index: \"x\" is not a number; expected --set KEY=VALUE[,KEY=VALUE…]"),
            (
                "ipam.operator.clusterPoolIPv4PodCIDRList={10.0.0.0/8",
                "--set ipam.operator.clusterPoolIPv4PodCIDRList: list must terminate with '}'; "
                    + "expected KEY={a,b}"
            ),
            ("bpf=on", "--set bpf: found the text \"on\"; expected a mapping"),
            (
                "operator.labels.a\\.b=x\\,y",
                "--set operator.labels.a\\.b: warning: operator.labels.a.b: not a value netlab heeds, "
                    + "it has no effect in a netns lab"
            ),
        ] as [(String, String?)])
    func flagFaults(_ flag: String, _ expected: String?) {
        #expect(report(cilium: goodValues, set: [flag]) == [expected].compactMap(\.self))
    }

    @Test(
        "Helm's semantics of --set, its oddities included",
        arguments: [
            ("=", "--set: there is no key before the =; "), (".a=1", "--set: there is no key before the .; "),
            ("[0]=1", "--set: there is no key before the [; "),
            ("a..b=1", "--set a: key map \"a\" has no value; "), ("a.=1", "--set a: key map \"a\" has no value; "),
            ("a[0]b=1", "--set a[0]: unexpected data at end of array index: \"b\"; "),
            ("a[0],b=1", "--set a[0]: unexpected data at end of array index: \",\"; "),
            ("a[0]", "--set a[0]: key \"a[0]\" has no value; "),
            ("a[0", "--set a: error parsing index: there is no ]; "),
            ("a[-1]=1", "--set a: negative -1 index not allowed; "),
            ("a[65537]=1", "--set a: index of 65537 is greater than maximum supported index of 65536; "),
            ("a[99999999]=1", "--set a: index of 99999999 is greater than maximum supported index of 65536; "),
            (
                "a[99999999999999999999]=1",
                "--set a: error parsing index: \"99999999999999999999\" is not a number; "
            ),
            (
                "tunnel.x=1",
                "--set tunnel.x: unable to parse key: tunnel is the text \"disabled\", not a mapping; "
            ),
            (
                "tunnel[0]=1", "--set tunnel[0]: unable to parse key: tunnel is the text \"disabled\", not a list; "
            ),
        ])
    func oddFlags(_ flag: String, _ expected: String) {
        let problems = report(cilium: goodValues, set: [flag])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test("a --set key that never ends and one that is set without end are refused")
    func endlessFlags() {
        let deep = String(repeating: "a.", count: 50_000) + "a=1"
        #expect(report(cilium: goodValues, set: [deep]).first?.contains("nested level of 30") == true)
        let many = (0..<5_000).map { "a\($0)=1" }.joined(separator: ",")
        #expect(report(cilium: goodValues, set: [many]).contains { $0.hasPrefix("--set: more than 500 values") })
    }

    @Test("--set types words as Helm does: TRUE is a boolean, +5 a number, a comma and a dot may be escaped")
    func typedFlags() throws {
        let values = try parse(
            cilium: goodValues, set: ["endpointRoutes.enabled=TRUE,MTU=+1400", "x\\.y=a\\,b\\=c", "tunnel=disabled,"]
        ).cilium
        #expect(values?.endpointRoutes == true && values?.mtu == 1400)
        #expect(
            try parse(cilium: goodValues, set: ["ipv4NativeRoutingCIDR=NULL,enableIPv4Masquerade=false"]).cilium?
                .ipv4NativeRoutingCIDR == nil)
    }

    @Test(
        "behaviour 2.2: the agent's option validation",
        arguments: [
            (
                "tunnel: disabled\nkubeProxyReplacement: strict\n", "error",
                "native routing cidr must be configured with option --ipv4-native-routing-cidr in combination with "
                    + "--enable-ipv4-masquerade --tunnel=disabled --ipam=cluster-pool --enable-ipv4=true"
            ),
            (
                "tunnel: disabled\nkubeProxyReplacement: strict\nipam: {mode: kubernetes}\n", "error",
                "--tunnel=disabled --ipam=kubernetes --enable-ipv4=true"
            ),
            (
                "tunnel: disabled\nkubeProxyReplacement: strict\nenableIPv4Masquerade: false\n"
                    + "autoDirectNodeRoutes: true\n", "warning",
                "If auto-direct-node-routes is enabled, then you are recommended to also configure "
                    + "ipv4-native-routing-cidr. If ipv4-native-routing-cidr is not configured, this may lead to pod to "
                    + "pod traffic being masqueraded, which can cause problems with performance, observability and policy"
            ),
            ("tunnel: geneve\nkubeProxyReplacement: strict\n", "error", "the overlay geneve is not yet supported"),
            (
                "kubeProxyReplacement: strict\n", "error",
                "the overlay vxlan (the chart's default, as tunnel is not set) is not yet supported"
            ),
            (
                goodValues.replacing("strict", with: "disabled") + "\nbpf: {masquerade: true}\n", "warning",
                "BPF masquerade requires NodePort (--enable-node-port=\"true\")"
            ),
            (goodValues.replacing("strict", with: "disabled"), "warning", "so no ClusterIP would work"),
            (goodValues + "\nipam: {mode: eni}\n", "error", "ipam mode eni is not yet supported"),
            (
                goodValues + "\nipam: {operator: {clusterPoolIPv4MaskSize: 25}}\n", "error",
                "New CIDR set failed; the node CIDR size is too big"
            ),
            (goodValues + "\nipv6: {enabled: true}\n", "error", "IPv6 is not yet supported"),
            (goodValues + "\nmtu: 1400\n", "warning", "the chart's key is MTU; taken as MTU"),
        ])
    func validation(_ values: String, _ severity: String, _ message: String) {
        let matching = report(cilium: values).filter { $0.contains(message) }
        #expect(matching.count == 1, "\(report(cilium: values))")
        #expect(matching.first?.contains(": warning: ") == (severity == "warning"))
    }

    @Test("behaviour 2.2: with masquerading off and no direct routes the native CIDR may be missing")
    func nativeCIDRNotNeeded() {
        #expect(
            report(cilium: "tunnel: disabled\nkubeProxyReplacement: strict\nenableIPv4Masquerade: false\n").isEmpty)
    }

    @Test("the cilium-config ConfigMap has the chart's keys and reads back to the same values")
    func configMapRoundTrip() throws {
        var values = try #require(try LabFiles.parse(RepositoryFiles.source("labs/three-node")).cilium)
        let config = values.ciliumConfig
        #expect(config["tunnel"] == "disabled")
        #expect(config["auto-direct-node-routes"] == "true")
        #expect(config["ipv4-native-routing-cidr"] == "10.0.0.0/8")
        #expect(config["kube-proxy-replacement"] == "strict")
        #expect(config["enable-bpf-masquerade"] == "true")
        #expect(config["cluster-pool-ipv4-cidr"] == "10.0.0.0/8")
        #expect(config["cluster-pool-ipv4-mask-size"] == "24")
        #expect(config["enable-endpoint-routes"] == nil)
        values.k8sServiceHost = nil
        values.k8sServicePort = nil
        #expect(try CiliumValues(ciliumConfig: config) == values)
        values.endpointRoutes = true
        values.mtu = 1400
        values.ipv4NativeRoutingCIDR = nil
        #expect(try CiliumValues(ciliumConfig: values.ciliumConfig) == values)
    }

    @Test("an unreadable ConfigMap value is refused by its key")
    func configMapFault() {
        #expect(throws: LabProblems.self) { try CiliumValues(ciliumConfig: ["auto-direct-node-routes": "perhaps"]) }
    }
}
