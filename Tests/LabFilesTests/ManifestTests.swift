import KubernetesModel
import LabFiles
import Testing

/// Manifests as kubectl takes them, strictly.
@Suite struct ManifestTests {
    private func pod(_ container: String, _ spec: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - {\(container)}
        \(spec)
        """
    }

    @Test("several documents and Lists are read in order; namespaced objects land in default")
    func documentsAndLists() throws {
        let lab = try parse(
            manifest: """
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                # nothing here
                ---
                apiVersion: v1
                kind: List
                items:
                - apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: a}
                  data: {n: "1", text: "x\\ty"}
                - apiVersion: v1
                  kind: Service
                  metadata: {name: b, namespace: shop}
                  spec: {ports: [{port: 0x50, targetPort: http}]}
                """)
        #expect(lab.manifests.map { $0.object.object.kind } == ["Namespace", "ConfigMap", "Service"])
        #expect(lab.manifests.map { $0.object.object.namespace } == ["", "default", "shop"])
        #expect((lab.manifests[1].object.object as? ConfigMap)?.data == ["n": "1", "text": "x\ty"])
        let service = try #require(lab.manifests[2].object.object as? Service)
        #expect(service.spec?.ports == [ServicePort(port: 80, targetPort: .string("http"))])
        #expect(lab.manifests[2].place.line == 15)
    }

    @Test("a container runs when its image is built in or it has a command")
    func images() throws {
        for container in [
            "name: c, image: \"hello-app:1.0\"", "name: c, image: \"example.com/samples/hello-app:2.0\"",
            "name: c, image: netlab/echo", "name: c, image: busybox, command: [/bin/sleep, \"9\"]",
        ] {
            #expect(report(manifest: pod(container)).isEmpty)
        }
        for container in ["name: c, image: busybox", "name: c, image: not-hello-app:1.0, args: [x]"] {
            #expect(report(manifest: pod(container)).first?.contains("netlab pulls no images") == true)
        }
    }

    @Test(
        "kubectl's and the API server's refusals, with line and field",
        arguments: [
            ("apiVersion: v1\nkind: pod\n", "manifests/a.yaml:2: kind: no matches for kind \"pod\" in version \"v1\""),
            ("kind: Pod\n", "manifests/a.yaml:1: apiVersion: Object 'apiVersion' is missing"),
            ("- a\n", "manifests/a.yaml:1: found a list; expected a Kubernetes object"),
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
                "manifests/a.yaml:3: metadata.name: this required field is missing"
            ),
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: true}\n",
                "manifests/a.yaml:4: data.a: the boolean true where text is wanted; expected quotes: \"true\""
            ),
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n",
                "manifests/a.yaml:3: metadata.name: \"A_b\" is not a valid name"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\nspec: {ports: [{port: 1}]}\n",
                "manifests/a.yaml:3: metadata.name: \"1a\" is not a valid Service name"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {a: b}}\n",
                "manifests/a.yaml:4: spec.ports: this required field is missing"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1, prot: TCP}]}\n",
                "manifests/a.yaml:4: spec.ports[0]: unknown field \"prot\"; did you mean \"port\"?"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: nowhere}\nspec: {ports: [{port: 1}]}\n",
                "manifests/a.yaml:1: metadata.namespace: namespaces \"nowhere\" not found"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: 10.96.0.1, ports: [{port: 1}]}\n",
                "manifests/a.yaml:1: spec.clusterIPs: Invalid value: []string{\"10.96.0.1\"}: failed to allocate IP "
                    + "10.96.0.1: provided IP is already allocated"
            ),
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\n"
                    + "metadata: {name: a}\n", "manifests/a.yaml:5: ConfigMap default/a is already given"
            ),
            (
                "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\naddressType: IPv4\n"
                    + "endpoints: [{addresses: [somewhere]}]\n",
                "manifests/a.yaml:5: endpoints[0].addresses[0]: \"somewhere\" is not an IP address"
            ),
        ])
    func refused(_ text: String, _ expected: String) {
        let problems = report(manifest: text)
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
        #expect(problems.count == 1, "\(problems)")
    }

    @Test(
        "an update that would never move, or does both, and a Job that cannot be are refused with line and field",
        arguments: [
            (
                "Deployment", "strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0%}}",
                ["5: spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when `maxSurge` is 0"]
            ),
            ("Deployment", "strategy: {rollingUpdate: {maxUnavailable: 0}}", []),
            (
                "Deployment", "strategy: {rollingUpdate: {maxUnavailable: 101%, maxSurge: 200%}}",
                ["5: spec.strategy.rollingUpdate.maxUnavailable: must not be greater than 100%"]
            ),
            (
                "DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1}}",
                ["5: spec.updateStrategy.rollingUpdate.maxSurge: may not be set when maxUnavailable is non-zero"]
            ),
            (
                "DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}",
                ["5: spec.updateStrategy.rollingUpdate.maxUnavailable: may not be 0 when `maxSurge` is 0"]
            ),
            ("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 50%}}", []),
            (
                "Job", "completionMode: Indexed",
                [
                    "5: spec.completions: this required field is missing when the completion mode is Indexed",
                    "8: spec.template.spec.restartPolicy: Unsupported value: \"Always\"; expected Never or OnFailure",
                ]
            ),
        ])
    func rollouts(kind: String, line: String, expected: [String]) {
        let selector = kind == "Job" ? "parallelism: 1" : "selector: {matchLabels: {a: b}}"
        let problems = report(
            manifest: """
                apiVersion: \(kind == "Job" ? "batch/v1" : "apps/v1")
                kind: \(kind)
                metadata: {name: w}
                spec:
                  \(line)
                  template:
                    metadata: {labels: {a: b}}
                    spec: {containers: [{name: c, image: x, command: [sleep, "1"]}]}
                  \(selector)
                """)
        #expect(problems == expected.map { "manifests/a.yaml:\($0)" })
    }

    @Test("two containers of one name, a bad probe and a bad restart policy are all reported at once")
    func severalFaults() {
        let problems = report(
            manifest: """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  restartPolicy: Sometimes
                  containers:
                  - {name: c, image: netlab/echo, readinessProbe: {tcpSocket: {port: 0}}}
                  - {name: c, image: netlab/echo, env: [{value: x}]}
                """)
        #expect(problems.count == 4, "\(problems)")
    }
}
