import LabFiles
import NetworkModel
import Testing

/// Files too large or too odd to be kept in labs/errors.
@Suite struct GeneratedLabTests {
    private func nodes(_ count: Int) -> String {
        kindHead + "networking: {disableDefaultCNI: true}\nnodes:\n- role: control-plane\n"
            + String(repeating: "- role: worker\n", count: count - 1)
    }

    @Test("10,000 nodes are refused with one message: a bridge has 1023 ports")
    func tooManyNodes() throws {
        #expect(
            report(kind: nodes(10_000), cilium: goodValues) == [
                "kind.yaml:4: nodes: 10000 nodes are more than the bridge that joins them has ports; "
                    + "expected at most 1023 nodes, as a Linux bridge takes no more"
            ])
        #expect(try parse(kind: nodes(1023), cilium: goodValues).kind.nodes.count == 1023)
    }

    @Test("257 nodes do not fit into the 256 blocks of ipam.mode kubernetes; 256 do")
    func kubernetesBlocks() throws {
        let values = goodValues + "\nipam: {mode: kubernetes}\n"
        #expect(try parse(kind: nodes(256), cilium: values).kind.nodes.count == 256)
        #expect(
            report(kind: nodes(257), cilium: values) == [
                "kind.yaml: networking.podSubnet: 10.244.0.0/16 holds 256 blocks of /24, and the cluster has 257 nodes; "
                    + "expected a larger network"
            ])
    }

    @Test("a mapping with very many keys is read in time, and its unknown ones are told without end to none")
    func manyKeys() {
        let keys = (0..<50_000).map { "key\($0): 1\n" }.joined()
        let problems = report(kind: kindHead + keys, cilium: "x: &x {a: 1}\n<<: *x\n" + keys)
        #expect((1000..<3000).contains(problems.count))
        #expect(LabProblems([]).lines.isEmpty)
    }

    @Test("of very many problems the first 200 are printed, and how many more there are")
    func manyProblems() {
        let place = SourcePlace(file: "f", line: 1)
        let problems = LabProblems((0..<5_000).map { Problem(at: place, "problem \($0)") })
        #expect(problems.lines.count == 201 && problems.lines.last == "… and 4800 more problems")
    }

    @Test("a warning tells how many pods the nodes can take; more than 2000 are refused")
    func manyPods() {
        func manifest(_ replicas: Int) -> String {
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: hello}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: hello}}
              template:
                metadata: {labels: {app: hello}}
                spec: {containers: [{name: hello, image: "hello-app:1.0"}]}
            """
        }
        #expect(report(cilium: goodValues, manifest: manifest(220)) == [])
        #expect(
            report(cilium: goodValues, manifest: manifest(221)) == [
                "manifests/a.yaml:1: warning: spec.replicas: 221 pods are asked for, and the 2 nodes that take pods have "
                    + "room for 220 (110 a node, one address each of a /24); the rest stays Pending"
            ])
        #expect(
            report(cilium: goodValues, manifest: manifest(2001)) == [
                "manifests/a.yaml:5: spec.replicas: 2001 pods are more than a lab on one machine takes; expected at most "
                    + "2000 in all manifests"
            ])
    }

    @Test("what a file holds cannot drive the terminal: a message is one line that can be read")
    func printable() {
        let long = "? " + String(repeating: "k", count: 5_000) + "\n: 1\n"
        let problems = report(kind: kindHead + "\"a\\e[2J\\u202eb\\nc\": 1\n" + long)
        #expect(problems.count == 2)
        #expect(problems.contains { $0.contains(#"unknown field "a^[[2J<U+202E>b…""#) }, "\(problems)")
        #expect(problems.allSatisfy { $0.utf8.count < 600 && !$0.contains("\n") && !$0.contains("\u{1b}") })
    }
}
