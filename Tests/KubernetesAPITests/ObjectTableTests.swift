import KubernetesAPI
import KubernetesModel
import Testing

/// behaviour 6.7: kubectl's columns, cell by cell.
struct ObjectTableTests {
    private func meta(_ name: String) -> ObjectMeta {
        ObjectMeta(name: name, namespace: "default", creationTimestamp: Timestamp(seconds: 1000))
    }

    private func row<Object: KubernetesObject>(_ object: Object) -> [String] {
        ObjectTable(Object.self, [object], now: 1090).rows.first ?? []
    }

    @Test func everyKindHasAColumnForEveryCell() throws {
        for kind in KubernetesKinds.all {
            func check<Object: KubernetesObject>(_ type: Object.Type) {
                let table = ObjectTable(type, [], now: 0)
                #expect(table.columns.count >= 2, "\(type)")
                #expect(Set(table.columns.map(\.name)).count == table.columns.count, "\(type)")
            }
            check(kind)
        }
    }

    @Test func workloads() {
        let template = PodTemplateSpec(
            spec: PodSpec(containers: [
                Container(name: "c", image: "i:1"), Container(name: "d", image: "j:2"),
            ]))
        let selector = LabelSelector(
            matchLabels: ["b": "2", "a": "1"],
            matchExpressions: [LabelSelectorRequirement(key: "e", operator: "In", values: ["y", "x"])])
        let deployment = Deployment(
            metadata: meta("d"), spec: DeploymentSpec(replicas: 3, selector: selector, template: template),
            status: DeploymentStatus(updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1))
        #expect(row(deployment) == ["d", "1/3", "2", "1", "90s", "c,d", "i:1,j:2", "a=1,b=2,e in (x,y)"])
        let set = ReplicaSet(metadata: meta("r"), spec: ReplicaSetSpec(replicas: 2, template: template))
        #expect(row(set) == ["r", "2", "0", "0", "90s", "c,d", "i:1,j:2", "<none>"])
    }

    @Test(arguments: [
        ([String](), "<none>"), (["10.0.0.1"], "10.0.0.1:80"),
        (["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"], "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more..."),
        (["fd00::1"], "[fd00::1]:80"),
    ])
    func endpoints(addresses: [String], cell: String) {
        let subset = EndpointSubset(
            addresses: addresses.map { EndpointAddress(ip: $0) }, ports: [EndpointPort(port: 80)])
        #expect(row(Endpoints(metadata: meta("e"), subsets: addresses.isEmpty ? nil : [subset])) == ["e", cell, "90s"])
    }

    @Test func slices() {
        let slice = EndpointSlice(
            metadata: meta("s"), endpoints: [Endpoint(addresses: ["10.0.0.1"])],
            ports: [EndpointPort(port: 80), EndpointPort()])
        #expect(row(slice) == ["s", "IPv4", "80,*", "10.0.0.1", "90s"])
        #expect(row(EndpointSlice(metadata: meta("s"))) == ["s", "IPv4", "<unset>", "<unset>", "90s"])
    }

    @Test func eventsThatWereToldTwiceSaySo() {
        var event = Event(
            metadata: meta("x"), involvedObject: ObjectReference(kind: "Pod", name: "a"), reason: "Started",
            message: "Started container ", source: EventSource(component: "kubelet", host: "n1"),
            firstTimestamp: Timestamp(seconds: 1000), lastTimestamp: Timestamp(seconds: 1080), type: "Normal")
        #expect(
            row(event)
                == ["10s", "Normal", "Started", "pod/a", "", "kubelet, n1", "Started container", "90s", "1", "x"])
        event.count = 4
        #expect(row(event).first == "10s (x4 over 90s)")
        let table = ObjectTable(Event.self, [event], now: 1090)
        #expect(
            table.columns.filter { !$0.isWide }.map(\.name) == ["Last Seen", "Type", "Reason", "Object", "Message"])
    }

    @Test func ciliumNodesShowBothAddresses() {
        let node = CiliumNode(
            metadata: meta("n"),
            spec: CiliumNodeSpec(addresses: [
                CiliumNodeAddress(type: "InternalIP", ip: "172.18.0.2"),
                CiliumNodeAddress(type: "CiliumInternalIP", ip: "10.0.0.98"),
            ]))
        #expect(row(node) == ["n", "10.0.0.98", "172.18.0.2", "90s"])
    }

    @Test func restartsSayHowLongAgo() {
        let status = PodContainerStatus(
            name: "a",
            lastState: ContainerState(
                terminated: ContainerStateTerminated(exitCode: 1, finishedAt: Timestamp(seconds: 1000))),
            restartCount: 2)
        let pod = Pod(
            metadata: ObjectMeta(name: "a", namespace: "default"), spec: PodSpec(containers: []),
            status: PodStatus(containerStatuses: [status]))
        #expect(row(pod)[3] == "2 (90s ago)")
    }
}
