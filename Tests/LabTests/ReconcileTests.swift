import Foundation
import NetlabTestSupport
import Testing

/// Lab files that change under a running lab, and hands that meddle with it.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ReconcileTests {
    @Test("design 4: one more replica is one more pod's steps, and the others stay")
    func oneMoreReplica() throws {
        try LabCopy.with("three-node") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let before = try lab.identity()
                try copy.edit("manifests/hello-app.yaml", "replicas: 2", "replicas: 3")
                let plan = try lab.up("--dry-run")
                #expect(plan.lines.last?.hasSuffix(" to add, 0 to change, 0 to remove") == true, "\(plan.transcript)")
                #expect(try lab.identity() == before)
                try lab.up()
                let after = try lab.identity()
                let added = Set(after.keys).subtracting(before.keys)
                // The pod, its namespace and its container.
                #expect(added.count == 3, "\(added)")
                let pods = try lab.pods
                let pod = try #require(pods.first { added.contains($0.name) })
                let steps = plan.lines.dropLast().map { $0.split(separator: " ").map(String.init) }
                let ofPod = steps.filter { $0[1].hasPrefix("\(lab.name).default_hello-app-") }
                let ofNode = steps.filter { $0[1].hasPrefix("\(lab.name).kind-worker") }
                #expect(Set(ofPod.map { $0[1] }).count == 1 && ofPod.count == 5, "\(plan.transcript)")
                #expect(
                    ofNode.count == 1 && steps.count == 6 && steps.allSatisfy { $0[0] == "+" }, "\(plan.transcript)")
                for (name, what) in before where !name.hasSuffix(".\(pod.node)") { #expect(after[name] == what) }
            }
        }
    }

    @Test("fewer replicas take a pod away and leave nothing of it")
    func oneReplicaLess() throws {
        try LabCopy.with("three-node") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let before = try lab.pods
                try copy.edit("manifests/hello-app.yaml", "replicas: 2", "replicas: 1")
                try lab.up()
                try eventually("the pod goes away") { try lab.identity().keys.count { $0.contains("hello-app-") } == 3 }
                let left = try lab.pods
                #expect(left.count == 1 && before.contains(left[0]))
                #expect(try lab.curl("kind-control-plane", "10.96.37.61:8080").hasSuffix("Hostname: \(left[0].name)\n"))
                let gone = before.first { $0 != left[0] }
                #expect(try lab.ip(gone?.node ?? "", "route show table 50").isEmpty)
            }
        }
    }

    @Test("a worker can be added to kind.yaml and taken out again; the rest stays as it was")
    func workerComesAndGoes() throws {
        try LabCopy.with("three-node") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let before = try lab.identity()
                let worker = "- role: worker\n- role: worker\n"
                try copy.edit("kind.yaml", worker, worker + "- role: worker\n")
                try lab.up()
                #expect(try lab.nodes.contains("kind-worker3"))
                let routes = try lab.ip("kind-worker", "route").count
                #expect(routes == 7)
                #expect(try lab.curl("kind-worker3", "10.96.37.61:8080").hasPrefix("Hello, world!"))
                try copy.edit("kind.yaml", worker + "- role: worker\n", worker)
                try lab.up()
                // The kernel takes the bridge's port away a moment after the namespace at its other end.
                try eventually("the lab is what it was") { try lab.identity() == before }
                #expect(try lab.ip("kind-worker", "route").count == 6)
                #expect(try lab.up("--dry-run").lines == ["nothing to do"])
            }
        }
    }

    @Test("a lab of two nodes is left alone by a second up")
    func twoNodes() throws {
        try LabCopy.with("single-node") { copy throws in
            try copy.edit("kind.yaml", "- role: control-plane\n", "- role: control-plane\n- role: worker\n")
            try withLabUp(copy.path) { lab throws in
                #expect(try lab.up("--dry-run").lines == ["nothing to do"])
            }
        }
    }

    @Test("a new image rolls out: the Service answers with version 2.0.0 and the old pods go")
    func newImageRollsOut() throws {
        try LabCopy.with("three-node") { copy throws in
            try withLabUp(copy.path) { lab throws in
                let before = try Set(lab.pods.map(\.name))
                try copy.edit("manifests/hello-app.yaml", "- image: hello-app:1.0", "- image: hello-app:2.0")
                try lab.up()
                try eventually("the old pods go") {
                    let names = try Set(lab.pods.map(\.name))
                    return names.count == 2 && names.isDisjoint(with: before)
                }
                #expect(try lab.curl("kind-worker", "10.96.37.61:8080").hasPrefix("Hello, world!\nVersion: 2.0.0\n"))
            }
        }
    }

    @Test("what may not change of a pod or a Service is refused with file and line, before anything else is applied")
    func refusedChanges() throws {
        try LabCopy.with("three-node") { copy throws in
            let pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: bare}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "hello-app:1.0"}]}
                """
            try copy.write("manifests/z.yaml", pod)
            try withLabUp(copy.path) { lab throws in
                // Comes first, and would be applied first.
                try copy.edit("manifests/hello-app.yaml", "replicas: 2", "replicas: 3")
                try copy.edit("manifests/z.yaml", "image:", "env: [{name: A, value: b}], image:")
                for options in [[], ["--dry-run"]] {
                    let refused = try lab.netlab(["up", lab.files, "--name", lab.name] + options)
                    #expect(refused.exitCode == 2, "\(refused.transcript)")
                    #expect(
                        refused.error.contains(
                            "manifests/z.yaml:1: Pod \"bare\" is invalid: spec: Forbidden: pod updates may not change "
                                + "fields other than"))
                    #expect(refused.error.contains("expected the pod as it is; to make it anew, delete pod bare first"))
                }
                #expect(try lab.pods.count == 3)
                try copy.edit("manifests/z.yaml", "env: [{name: A, value: b}], ", "")
                try lab.up()
                #expect(try lab.pods.count == 4)
            }
        }
    }

    @Test("design 6: a route made by hand is reported, survives up, and goes with --prune")
    func foreignRoute() throws {
        try withLabUp("three-node") { lab throws in
            _ = try lab.ip("kind-worker", "route add 192.0.2.0/24 via 172.18.0.1")
            let foreign = try lab.json("status")["foreign"]?.array ?? []
            #expect(foreign == [.text("\(lab.name).kind-worker: route 192.0.2.0/24 via 172.18.0.1 dev eth0")])
            try lab.up()
            let route = "192.0.2.0/24 via 172.18.0.1 dev eth0"
            #expect(try lab.ip("kind-worker", "route").contains(route))
            let plan = try lab.up("--dry-run", "--prune")
            #expect(plan.lines.last == "0 to add, 0 to change, 1 to remove", "\(plan.transcript)")
            try lab.up("--prune")
            #expect(try !lab.ip("kind-worker", "route").contains(route))
            #expect(try lab.json("status")["foreign"]?.array == [])
        }
    }

    @Test(
        "drift is named by status, repaired by up, and by nothing else",
        arguments: [
            "ip -n NS route del 10.0.2.0/24",
            "ip -n NS route replace 10.0.2.0/24 via 172.18.0.4",
            "ip -n NS rule del pref 50",
            "ip -n NS link set cilium_host down",
            "ip netns exec NS nft flush ruleset",
            "ip netns exec NS sysctl -qw net.ipv4.ip_forward=0",
        ])
    func driftIsRepaired(_ harm: String) throws {
        try withLabUp("three-node") { lab throws in
            let namespace = "\(lab.name).kind-worker"
            try lab.machine.shell(harm.replacingOccurrences(of: "NS", with: namespace))
            let drift = try lab.json("status")["drift"]?.array?.compactMap(\.text) ?? []
            #expect(!drift.isEmpty && drift.allSatisfy { $0.hasPrefix(namespace + ": ") }, "\(drift)")
            #expect(try lab.json("status")["drift"]?.array?.isEmpty == false)
            try lab.up()
            #expect(try lab.json("status")["drift"]?.array == [])
            let table = try RouteTableTests.mainTable(of: RouteTableTests.nodes[1], router: lab.router("kind-worker"))
            #expect(try lab.ip("kind-worker", "route") == table)
        }
    }
}
