import LabFiles
import NetworkModel
import Testing

@testable import Preflight

/// What a lab's files make it need.
struct LabNeedsTests {
    private func needs(cilium: String? = nil, lab: String? = nil, manifest: String = "") throws -> LabNeeds {
        let kind = """
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            nodes:
            - role: control-plane
            - role: worker
            """
        let source = LabSource(
            path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", text: kind),
            cilium: cilium.map { LabFile(path: "cilium.yaml", text: $0) },
            options: lab.map { LabFile(path: "lab.yaml", text: $0) },
            manifests: manifest.isEmpty ? [] : [LabFile(path: "manifests/a.yaml", text: manifest)])
        return LabNeeds(try LabFiles.parse(source))
    }

    @Test("nodes only: a namespace each and the fabric, the API server's Service, no feature beyond every lab's")
    func nodesOnly() throws {
        let needs = try needs()
        #expect(needs == LabNeeds(lab: "lab", nodes: 2, servicePorts: 1))
        #expect(needs.networkNamespaces == 3 && needs.size == LabSize(name: "lab", nodes: 2, pods: 0, namespaces: 3))
    }

    @Test("pods, replicas, init containers and Service ports are counted; a headless Service has no listener")
    func workloads() throws {
        let manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: d}
            spec:
              replicas: 3
              selector: {matchLabels: {app: d}}
              template:
                metadata: {labels: {app: d}}
                spec:
                  containers:
                  - {name: a, image: "hello-app:1.0"}
                  - {name: b, image: x, command: [sleep, "1"]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec: {containers: [{name: a, image: "hello-app:1.0"}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: s}
            spec:
              selector: {app: d}
              ports: [{name: a, port: 80}, {name: b, port: 81, protocol: UDP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: h}
            spec: {clusterIP: None, selector: {app: d}, ports: [{port: 80}]}
            """
        let needs = try needs(manifest: manifest)
        #expect(needs.pods == 4 && needs.containers == 7 && needs.servicePorts == 3)
    }

    @Test("masquerading needs nftables; without it, and with endpoint routes, a lab needs no more than others")
    func features() throws {
        let values = "tunnel: disabled\nautoDirectNodeRoutes: true\n"
        #expect(
            try needs(cilium: values + "ipv4NativeRoutingCIDR: 10.0.0.0/8\n").features == [.nftTable, .nftMasquerade])
        #expect(
            try needs(cilium: values + "enableIPv4Masquerade: false\nendpointRoutes: {enabled: true}\n").features == [])
    }

    @Test("the nodes' subnet is the lab's own")
    func subnet() throws {
        let lab = "apiVersion: netlab/v1alpha1\nkind: Lab\nunderlay: {subnet: 192.0.2.0/24}\n"
        #expect(try needs(lab: lab).subnet == IPPrefix(IPAddress(192, 0, 2, 0), 24))
    }

    @Test("needs grow with the lab, and a lab in general is comfortable at 20 nodes and 100 pods")
    func sizes() {
        let small = LabNeeds(lab: "a", nodes: 3, pods: 2)
        let large = LabNeeds(lab: "b", nodes: 100, pods: 1_000)
        for path in [\LabNeeds.networkNamespaces, \.threads, \.descriptors, \.neighbours, \.memory, \.stateBytes] {
            #expect(small[keyPath: path] < large[keyPath: path])
        }
        #expect(small.comfortable == small)
        #expect(LabNeeds.general.comfortable.nodes == 20 && LabNeeds.general.comfortable.pods == 100)
    }

    @Test(
        "backends that are to see their clients take transparent sockets, and what brings answers back",
        arguments: [
            ("nftables", [.transparentSocket, .nftTable, .nftSocket]),
            ("port-range", [.transparentSocket, .portRule]),
        ] as [(String, Set<KernelFeature>)])
    func preservedSources(returnPath: String, features: Set<KernelFeature>) throws {
        let lab = """
            apiVersion: netlab/v1alpha1
            kind: Lab
            proxy: {sourceIP: preserve, returnPath: \(returnPath)}
            """
        let cilium = """
            tunnel: disabled
            autoDirectNodeRoutes: true
            enableIPv4Masquerade: false
            """
        #expect(try needs(cilium: cilium, lab: lab).features == features)
    }
}
