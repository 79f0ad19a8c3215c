import KubernetesModel
import PodLifecycle
import Testing

@Suite("Files and variables of a pod")
struct PodFilesTests {
    private let pod = Pod(
        metadata: ObjectMeta(name: "hello-app-646c68546-xdh5w", namespace: "default", uid: "u"),
        spec: PodSpec(containers: [], nodeName: "kind-worker"))

    @Test("/etc/hosts is kubelet's, with the pod's address and host name")
    func writesHosts() {
        #expect(
            PodFiles.hosts(pod, addresses: ["10.0.0.7"]) == """
                # Kubernetes-managed hosts file.
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::0\tip6-localnet
                fe00::0\tip6-mcastprefix
                fe00::1\tip6-allnodes
                fe00::2\tip6-allrouters
                10.0.0.7\thello-app-646c68546-xdh5w

                """)
    }

    @Test("/etc/resolv.conf is that of ClusterFirst, and dnsConfig adds to it")
    func writesResolvConf() {
        #expect(
            PodFiles.resolvConf(pod) == """
                search default.svc.cluster.local svc.cluster.local cluster.local
                nameserver 10.96.0.10
                options ndots:5

                """)
        var own = pod
        own.spec?.dnsPolicy = "None"
        own.spec?.dnsConfig = PodDNSConfig(
            nameservers: ["1.1.1.1"], options: [PodDNSConfigOption(name: "ndots", value: "2")])
        #expect(PodFiles.resolvConf(own) == "nameserver 1.1.1.1\noptions ndots:2\n")
    }

    @Test("services of the namespace, and kubernetes, become variables as kubelet names them")
    func namesServiceVariables() {
        func service(_ name: String, _ namespace: String, _ address: String, _ port: ServicePort) -> Service {
            Service(
                metadata: ObjectMeta(name: name, namespace: namespace),
                spec: ServiceSpec(ports: [port], clusterIP: address))
        }
        let services = [
            service("kubernetes", "default", "10.96.0.1", ServicePort(name: "https", port: 443)),
            service("hello-app", "default", "10.96.7.8", ServicePort(port: 8080)),
            service("headless", "default", "None", ServicePort(port: 80)),
            service("other", "elsewhere", "10.96.7.9", ServicePort(port: 80)),
        ]
        let expected = [
            "HELLO_APP_SERVICE_HOST": "10.96.7.8", "HELLO_APP_SERVICE_PORT": "8080",
            "HELLO_APP_PORT": "tcp://10.96.7.8:8080", "HELLO_APP_PORT_8080_TCP": "tcp://10.96.7.8:8080",
            "HELLO_APP_PORT_8080_TCP_PROTO": "tcp", "HELLO_APP_PORT_8080_TCP_PORT": "8080",
            "HELLO_APP_PORT_8080_TCP_ADDR": "10.96.7.8", "KUBERNETES_SERVICE_HOST": "10.96.0.1",
            "KUBERNETES_SERVICE_PORT": "443", "KUBERNETES_SERVICE_PORT_HTTPS": "443",
            "KUBERNETES_PORT": "tcp://10.96.0.1:443", "KUBERNETES_PORT_443_TCP": "tcp://10.96.0.1:443",
            "KUBERNETES_PORT_443_TCP_PROTO": "tcp", "KUBERNETES_PORT_443_TCP_PORT": "443",
            "KUBERNETES_PORT_443_TCP_ADDR": "10.96.0.1",
        ]
        #expect(PodEnvironment.serviceVariables(services, for: pod) == expected)
        var unlinked = pod
        unlinked.spec?.enableServiceLinks = false
        #expect(
            PodEnvironment.serviceVariables(services, for: unlinked)
                == expected.filter { $0.key.hasPrefix("KUBERNETES_") })
    }

    @Test(
        "variable references are expanded",
        arguments: [
            ("$(A)-b", "1-b"), ("$(NO)", "$(NO)"), ("$$(A)", "$(A)"), ("a$", "a$"), ("$A", "$A"), ("$(A", "$(A"),
        ])
    func expands(text: String, expected: String) {
        #expect(PodEnvironment.expand(text, ["A": "1"]) == expected)
    }

    @Test("the downward API answers fields; what cannot be had is refused")
    func answersFields() throws {
        let container = Container(
            name: "c",
            env: [
                EnvVar(name: "IP", valueFrom: EnvVarSource(fieldRef: ObjectFieldSelector(fieldPath: "status.podIP"))),
                EnvVar(name: "URL", value: "http://$(IP)/"),
            ])
        let facts = PodEnvironment.Facts(podIPs: ["10.0.0.7"], hostIP: "172.18.0.2")
        let variables = try PodEnvironment.variables(container, of: pod, services: [], facts: facts)
        #expect(variables == ["IP": "10.0.0.7", "URL": "http://10.0.0.7/"])
        let refused = Container(
            name: "c", env: [EnvVar(name: "S", valueFrom: EnvVarSource(secretKeyRef: KeySelector(key: "k")))])
        #expect(throws: PodEnvironment.Unavailable.self) {
            try PodEnvironment.variables(refused, of: pod, services: [], facts: facts)
        }
    }
}
