import NetlabTestSupport
import Testing

/// The tutorial's two steps, nodes without and with the CNI, and its values changed in place.
@Suite(.enabled(if: KernelTestGate.canRun)) struct CNITests {
    @Test("behaviour 6.3: after create every node is NotReady with Kubernetes' reason and message")
    func createLeavesNodesNotReady() throws {
        try withLabCreated { lab throws in
            let nodes = try lab.json("nodes").array ?? []
            #expect(nodes.count == 3)
            for node in nodes {
                let ready = node["status"]?["conditions"]?.array?.first { $0["type"]?.text == "Ready" }
                #expect(ready?["status"]?.text == "False")
                #expect(ready?["reason"]?.text == "KubeletNotReady")
                #expect(
                    ready?["message"]?.text == "container runtime network not ready: NetworkReady=false "
                        + "reason:NetworkPluginNotReady message:Network plugin returns error: "
                        + "cni plugin not initialized"
                )
            }
            #expect(try lab.netlab("nodes").lines.dropFirst().allSatisfy { $0.contains(" NotReady ") })
            #expect(try lab.netlab("status").lines.last == "Nodes:            0/3 Ready")
            #expect(try lab.netlab("status", "--wait", "--wait-duration", "0.1").exitCode == 1)
        }
    }

    @Test("tutorial: before the CNI a node has two routes")
    func createLeavesTwoRoutes() throws {
        try withLabCreated { lab throws in
            for node in RouteTableTests.nodes {
                #expect(
                    try lab.ip(node.name, "route") == [
                        "default via 172.18.0.1 dev eth0",
                        "172.18.0.0/16 dev eth0 proto kernel scope link src \(node.address)",
                    ])
            }
        }
    }

    @Test("behaviour 2.3: without autoDirectNodeRoutes a node routes no other node's CIDR, and is Ready")
    func installWithoutDirectRoutes() throws {
        try withLabCreated { lab throws in
            let outcome = try lab.netlab("cni", "install", "--set", "autoDirectNodeRoutes=false")
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            for node in RouteTableTests.nodes {
                let table = try RouteTableTests.mainTable(of: node, router: lab.router(node.name), directRoutes: false)
                #expect(try lab.ip(node.name, "route") == table)
            }
            #expect(try lab.netlab("nodes").lines.dropFirst().allSatisfy { $0.contains(" Ready ") })
            #expect(try lab.netlab("status", "--wait").exitCode == 0)
        }
    }

    @Test("create and cni install, then up, make what up makes alone")
    func stepByStepMakesTheSame() throws {
        try withLabCreated { lab throws in
            let before = try lab.identity()
            #expect(try lab.netlab("cni", "install").exitCode == 0)
            try lab.up()
            let after = try lab.identity()
            #expect(try lab.pods.count == 2)
            for namespace in before.keys {
                #expect(after[namespace]?.hasPrefix(before[namespace]?.split(separator: " ").first ?? "none") == true)
            }
        }
    }

    @Test("issue: autoDirectNodeRoutes=false cuts nodes off in place; =true repairs, and nothing is recreated")
    func directRoutesComeAndGoInPlace() throws {
        try LabCopy.with("three-node") { copy throws in
            try copy.edit("manifests/hello-app.yaml", "replicas: 2", "replicas: 4")
            try withLabUp(copy.path) { lab throws in
                let before = try lab.identity()
                #expect(try lab.netlab("cni", "install", "--set", "autoDirectNodeRoutes=false").exitCode == 0)
                let pods = try lab.pods
                for node in RouteTableTests.nodes {
                    let table = try RouteTableTests.mainTable(
                        of: node, router: lab.router(node.name), directRoutes: false)
                    #expect(try lab.ip(node.name, "route") == table)
                }
                let here = pods[0]
                for pod in pods where pod != here {
                    let line = "timeout 1 bash -c 'exec 3<>/dev/tcp/\(pod.address)/8080'"
                    let isReached = try lab.inside(here.place, line).exitCode == 0
                    #expect(isReached == (pod.node == here.node), "\(here) to \(pod)")
                }
                #expect(try lab.identity() == before)
                #expect(try lab.netlab("cni", "install", "--set", "autoDirectNodeRoutes=true").exitCode == 0)
                for pod in pods {
                    #expect(try lab.curl(here.place, "\(pod.address):8080").hasSuffix("Hostname: \(pod.name)\n"))
                }
                #expect(try lab.identity() == before)
                #expect(try lab.up("--dry-run").lines == ["nothing to do"])
            }
        }
    }

    @Test("a value Cilium refuses ends with 2 and changes nothing")
    func refusedValuesChangeNothing() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            let outcome = try lab.netlab("cni", "install", "--set", "tunnel=vxlam")
            #expect(outcome.exitCode == 2)
            #expect(outcome.error.contains("invalid tunnel mode 'vxlam'"), "\(outcome.transcript)")
            #expect(try lab.netlab("cni", "install", "-f", "/nonexistent.yaml").exitCode == 2)
            #expect(try lab.identity() == before)
        }
    }

    private func withLabCreated(_ body: (LabUp) throws -> Void) throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let outcome = try machine.netlab("create", "three-node", "--name", lab.name)
                try #require(outcome.exitCode == 0, "\(outcome.transcript)")
                try body(lab)
            }
        }
    }
}
