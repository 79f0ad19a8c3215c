import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct NamespaceTests {
    @Test("a namespace goes when its last pod is gone; until then nothing new comes in")
    func termination() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(Namespace(metadata: ObjectMeta(name: "shop")))
        var deployment = TestCluster.deployment("web", replicas: 2)
        deployment.metadata.namespace = "shop"
        var service = TestCluster.service("web")
        service.metadata.namespace = "shop"
        try lab.cluster.create(deployment)
        try lab.cluster.create(service)
        try lab.converge()
        try lab.cluster.delete(Namespace.self, "", "shop")
        #expect(lab.cluster.get(Namespace.self, "shop")?.status?.phase == "Terminating")
        let error = #expect(throws: ClusterError.self) {
            var another = TestCluster.deployment("other", replicas: 1)
            another.metadata.namespace = "shop"
            try lab.cluster.create(another)
        }
        #expect(error?.code == 403)
        #expect(
            error?.description == "deployments.apps \"other\" is forbidden: unable to create new content in namespace "
                + "shop because it is being terminated")
        try lab.settle()
        #expect(lab.cluster.get(Namespace.self, "shop") != nil)
        #expect(lab.cluster.list(Pod.self, namespace: "shop").count == 2)
        #expect(lab.cluster.list(Deployment.self, namespace: "shop").isEmpty)
        try lab.converge()
        #expect(lab.cluster.get(Namespace.self, "shop") == nil)
        #expect(lab.cluster.list(Pod.self, namespace: "shop").isEmpty)
        #expect(lab.cluster.list(Service.self, namespace: "shop").isEmpty)
        #expect(lab.cluster.list(EndpointSlice.self, namespace: "shop").isEmpty)
        #expect(lab.cluster.list(Endpoints.self, namespace: "shop").isEmpty)
        #expect(lab.cluster.list(Event.self, namespace: "shop").isEmpty)
        #expect(lab.cluster.list(Deployment.self).isEmpty && lab.cluster.list(ReplicaSet.self).isEmpty)
    }

    @Test("no more events are kept than the limit says, the newest ones, also after a restart")
    func eventLimit() throws {
        let log = MemoryLog()
        for start in [0, 20] {
            let lab = try TestCluster(log: log, eventLimit: 5)
            for number in start..<start + 20 {
                try lab.cluster.record(
                    Event(
                        metadata: ObjectMeta(generateName: "x.", namespace: "default"),
                        involvedObject: ObjectReference(kind: "Pod", name: "x"), reason: "Test",
                        message: String(number)))
            }
            let kept = lab.cluster.list(Event.self).compactMap { $0.message.flatMap { Int($0) } }
            #expect(kept.sorted() == Array(start + 15..<start + 20))
        }
    }

    @Test("node ports are drawn from 30000-32767, kept, refused when taken, and given up with the type")
    func nodePorts() throws {
        let lab = try TestCluster()
        func service(_ name: String, _ nodePort: Int32? = nil, type: String = "NodePort") -> Service {
            var service = TestCluster.service(name)
            service.spec?.type = type
            service.spec?.ports?[0].nodePort = nodePort
            return service
        }
        let drawn = try lab.cluster.create(service("a"))
        let number = try #require(drawn.spec?.ports?.first?.nodePort)
        #expect((30_000...32_767).contains(number))
        try lab.cluster.apply(AnyKubernetesObject(service("a")))
        #expect(lab.cluster.get(Service.self, "default", "a")?.spec?.ports?.first?.nodePort == number)
        let taken = #expect(throws: ClusterError.self) { try lab.cluster.create(service("b", number)) }
        #expect(
            taken?.description == "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: \(number): "
                + "provided port is already allocated")
        let outside = #expect(throws: ClusterError.self) { try lab.cluster.create(service("b", 80)) }
        #expect(
            outside?.description == "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 80: "
                + "provided port is not in the valid range. The range of valid ports is 30000-32767")
        try lab.cluster.update(service("a", number, type: "ClusterIP"))
        #expect(lab.cluster.get(Service.self, "default", "a")?.spec?.ports?.first?.nodePort == nil)
        #expect(try lab.cluster.create(service("b", number)).spec?.ports?.first?.nodePort == number)
    }

    @Test("the namespaces that every cluster has cannot be deleted, kube-node-lease apart")
    func builtIn() throws {
        let lab = try TestCluster()
        for name in ["default", "kube-system", "kube-public"] {
            let error = #expect(throws: ClusterError.self) { try lab.cluster.delete(Namespace.self, "", name) }
            #expect(error?.code == 403)
            #expect(error?.description == "namespaces \"\(name)\" is forbidden: this namespace may not be deleted")
        }
        try lab.cluster.delete(Namespace.self, "", "kube-node-lease")
    }

    @Test("every namespace has its account, and the API server its service, however often they are deleted")
    func restored() throws {
        let lab = try TestCluster()
        try lab.cluster.create(Namespace(metadata: ObjectMeta(name: "shop")))
        try lab.settle()
        #expect(lab.cluster.list(ServiceAccount.self).map(\.name) == Array(repeating: "default", count: 5))
        try lab.cluster.delete(ServiceAccount.self, "shop", "default")
        try lab.cluster.delete(Service.self, "default", "kubernetes")
        try lab.cluster.delete(EndpointSlice.self, "default", "kubernetes")
        try lab.settle()
        #expect(lab.cluster.get(ServiceAccount.self, "shop", "default") != nil)
        #expect(lab.cluster.get(Service.self, "default", "kubernetes")?.spec?.clusterIP == "10.96.0.1")
        #expect(lab.cluster.get(EndpointSlice.self, "default", "kubernetes")?.endpoints?.count == 1)
        try lab.cluster.delete(Endpoints.self, "default", "kubernetes")
        try lab.settle()
        #expect(lab.cluster.get(Endpoints.self, "default", "kubernetes") != nil)
        #expect(try lab.settle().changed == false)
    }
}
