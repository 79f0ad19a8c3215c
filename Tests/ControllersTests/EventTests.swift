import ClusterState
import Controllers
import KubernetesModel
import Testing

@Suite("Events")
struct EventTests {
    private func events(_ lab: TestCluster, of name: String) -> [String] {
        lab.cluster.list(Event.self).filter { $0.involvedObject.name == name }.map {
            "\($0.reason ?? "") \($0.involvedObject.uid ?? "") \($0.source?.component ?? "") \($0.message ?? "")"
        }.sorted()
    }

    @Test("what is said again is counted, under the same name, also after a restart")
    func counted() throws {
        let log = MemoryLog()
        var lab = try TestCluster(log: log)
        let pod = Pod(metadata: ObjectMeta(name: "p", namespace: "default", uid: "u"))
        func tell(_ message: String, path: String? = nil) throws {
            try lab.cluster.record(
                about: pod, fieldPath: path, "Unhealthy", message, source: EventSource(component: "kubelet"),
                isWarning: true)
        }
        try tell("a")
        let first = try #require(lab.cluster.list(Event.self).first)
        lab.time.advance(60)
        try tell("a")
        try tell("b")
        try tell("a", path: "spec.containers{c}")
        #expect(lab.cluster.list(Event.self).count == 3)
        let again = try #require(lab.cluster.get(Event.self, "default", first.name))
        #expect(again.count == 2 && again.firstTimestamp == first.firstTimestamp)
        #expect(again.lastTimestamp == first.firstTimestamp?.advanced(by: 60))
        lab = try TestCluster(log: log)
        try tell("a")
        #expect(lab.cluster.get(Event.self, "default", first.name)?.count == 3)
        try lab.cluster.delete(Event.self, "default", first.name)
        try tell("a")
        #expect(lab.cluster.list(Event.self).count { $0.message == "a" && $0.count == 1 } == 2)
    }

    @Test("events of one second are listed in the order they came")
    func order() throws {
        let lab = try TestCluster()
        let pod = Pod(metadata: ObjectMeta(name: "p", namespace: "default", uid: "u"))
        let messages = (0..<40).map { "message \($0)" }
        for message in messages {
            try lab.cluster.record(about: pod, "Told", message, source: EventSource(component: "kubelet"))
        }
        #expect(lab.cluster.list(Event.self).map { $0.message ?? "" } == messages)
        let name = try #require(lab.cluster.list(Event.self).first?.name)
        #expect(name.hasPrefix("p.") && name.count == "p.".count + 16)
    }

    @Test("an object with the longest of names has events too", arguments: ["p", "p.", "p-"])
    func longNames(end: String) throws {
        let lab = try TestCluster()
        // What is left of it ends where a name may not end.
        let name = String(repeating: "n", count: 234) + end + String(repeating: "o", count: 253 - 234 - end.count)
        let pod = Pod(metadata: ObjectMeta(name: name, namespace: "default", uid: "u"))
        try lab.cluster.record(about: pod, "Told", "told", source: EventSource(component: "kubelet"))
        let event = try #require(lab.cluster.list(Event.self).first)
        #expect(event.name.count <= 253 && event.involvedObject.name == name)
        #expect(!event.name.contains("-.") && !event.name.contains(".."))
    }

    @Test("a node is registered, becomes ready, is cordoned and uncordoned, each told once")
    func nodes() throws {
        let lab = try TestCluster()
        try lab.join(["kind-worker"])
        try lab.settle()
        try lab.cluster.setNodeNetworkReady("kind-worker", true)
        try lab.cluster.setNodeNetworkReady("kind-worker", true)
        try lab.settle()
        let uid = try #require(lab.cluster.get(Node.self, "kind-worker")).uid
        let ready = "NodeReady kind-worker kubelet Node kind-worker status is now: NodeReady"
        let registered =
            "RegisteredNode \(uid) node-controller Node kind-worker event: Registered Node kind-worker in Controller"
        #expect(events(lab, of: "kind-worker") == [ready, registered])
        for isCordoned in [true, false] {
            try lab.cluster.modify(Node.self, "", "kind-worker") { $0.spec?.unschedulable = isCordoned }
            try lab.settle()
            try lab.settle()
        }
        let words = ["NodeNotSchedulable", "NodeSchedulable"].map {
            "\($0) kind-worker kubelet Node kind-worker status is now: \($0)"
        }
        #expect(events(lab, of: "kind-worker") == (words + [ready, registered]).sorted())
        #expect(lab.cluster.list(Event.self).allSatisfy { $0.metadata.namespace == "default" && $0.count == 1 })
    }
}
