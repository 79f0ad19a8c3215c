import NetlabTestSupport
import Testing

/// Real packets between everything in a lab.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ReachabilityTests {
    @Test("issue: every node and every pod reaches the ClusterIP and every pod, on its own node and on another")
    func everythingReachesEverything() throws {
        try LabCopy.with("three-node") { copy throws in
            // Four pods: two on each worker.
            try copy.edit("manifests/hello-app.yaml", "replicas: 2", "replicas: 4")
            try withLabUp(copy.path) { lab throws in
                let pods = try lab.pods
                #expect(pods.count { $0.node == "kind-worker" } == 2 && pods.count { $0.node == "kind-worker2" } == 2)
                let places = try lab.nodes + pods.map(\.place)
                for place in places {
                    #expect(
                        try lab.curl(place, "10.96.37.61:8080").hasPrefix("Hello, world!\nVersion: 1.0.0\n"), "\(place)"
                    )
                    for pod in pods {
                        let answer = try lab.curl(place, "\(pod.address):8080")
                        #expect(answer == "Hello, world!\nVersion: 1.0.0\nHostname: \(pod.name)\n", "\(place) \(pod)")
                    }
                }
            }
        }
    }

    @Test("behaviour 2.6: the ClusterIP spreads connections over both pods")
    func clusterIPSpreadsConnections() throws {
        try withLabUp("three-node") { lab throws in
            let line = "for i in $(seq 40); do curl -s --max-time 5 http://10.96.37.61:8080 | tail -1; done"
            let answers = try lab.inside("kind-control-plane", line).lines
            #expect(answers.count == 40)
            #expect(try Set(answers) == Set(lab.pods.map { "Hostname: \($0.name)" }))
        }
    }

    @Test("a port the Service does not have is refused")
    func otherPortsAreRefused() throws {
        try withLabUp("three-node") { lab throws in
            #expect(try lab.curl("kind-worker", "10.96.37.61:81") == "curl: 7")
            #expect(try lab.curl(lab.pods[0].place, "10.96.37.61:81") == "curl: 7")
        }
    }

    @Test("nodes know each other by name")
    func nodesResolveEachOther() throws {
        try withLabUp("three-node") { lab throws in
            let outcome = try lab.netlab("exec", "kind-worker", "--", "getent", "hosts", "kind-control-plane")
            #expect(outcome.output.hasPrefix("172.18.0.4"), "\(outcome.transcript)")
        }
    }
}
