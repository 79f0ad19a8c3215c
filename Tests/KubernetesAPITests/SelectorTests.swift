import KubernetesAPI
import KubernetesModel
import Testing

struct LabelSelectorTextTests {
    private let labels = ["app": "web", "tier": "front", "example.com/env": "a"]

    @Test(arguments: [
        ("app=web", true), ("app==web", true), ("app=web,tier=front", true), ("app=web,tier=back", false),
        ("app!=web", false), ("none!=x", true), ("app", true), ("none", false), ("!none", true), ("!app", false),
        ("app in (web, other)", true), ("app in (other)", false), ("app notin (other),tier", true),
        ("none notin (x)", true), ("example.com/env=a", true), (" app = web , tier ", true), ("", true),
        ("app=", false),
    ])
    func matches(text: String, expected: Bool) throws {
        #expect(try LabelSelector(text: text).matches(labels) == expected)
    }

    @Test(arguments: ["app=web,", "=x", "a b", "app in web", "app in (a", "a/b/c=d", "-a=b", "a=b c", "!", "a=-"])
    func whatIsNoSelectorIsRefused(text: String) {
        #expect(throws: SelectorFault.self) { _ = try LabelSelector(text: text) }
    }
}

struct FieldSelectorTests {
    private let pod = Pod(
        metadata: ObjectMeta(name: "a", namespace: "default"), spec: PodSpec(containers: [], nodeName: "n1"),
        status: PodStatus(phase: "Running"))

    @Test(arguments: [
        ("metadata.name=a", true), ("metadata.name!=a", false), ("metadata.namespace==default", true),
        ("spec.nodeName=n1,status.phase!=Failed", true), ("spec.nodeName=n2", false), ("status.podIP=", true),
        ("", true),
    ])
    func matches(text: String, expected: Bool) throws {
        #expect(try FieldSelector(text: text, for: Pod.resource).matches(pod) == expected)
    }

    @Test func whatIsAbsentIsFalseForATruthValue() throws {
        let node = Node(metadata: ObjectMeta(name: "n"))
        #expect(try FieldSelector(text: "spec.unschedulable=false", for: Node.resource).matches(node))
        #expect(try !FieldSelector(text: "spec.unschedulable=true", for: Node.resource).matches(node))
    }

    @Test func anEventsSourceIsItsComponent() throws {
        let event = Event(
            metadata: ObjectMeta(name: "e", namespace: "default"),
            involvedObject: ObjectReference(kind: "Pod", name: "a"), source: EventSource(component: "kubelet"))
        #expect(try FieldSelector(text: "source=kubelet,involvedObject.name=a", for: Event.resource).matches(event))
        #expect(try FieldSelector(text: "involvedObject.namespace=", for: Event.resource).matches(event))
    }

    @Test(arguments: [
        ("spec.replicas=1", "field label not supported: spec.replicas"),
        ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
    ])
    func whatCannotBeSelectedByIsSaid(text: String, message: String) {
        #expect(throws: SelectorFault(description: message)) { _ = try FieldSelector(text: text, for: Pod.resource) }
    }

    @Test func clusterScopedKindsHaveNoNamespace() {
        #expect(throws: SelectorFault.self) { _ = try FieldSelector(text: "metadata.namespace=x", for: Node.resource) }
    }
}

struct ServedResourceTests {
    @Test(arguments: [
        ("pods", ["pods"]), ("pod", ["pods"]), ("po", ["pods"]), ("Deploy", ["deployments"]),
        ("deployments.apps", ["deployments"]), ("ep", ["endpoints"]), ("endpointslice", ["endpointslices"]),
        ("ds", ["daemonsets"]), ("cn", ["ciliumnodes"]), ("pods.apps", []), ("nothing", []),
        ("all", ["pods", "services", "daemonsets", "deployments", "replicasets", "jobs"]),
    ])
    func wordsMeanResources(word: String, plurals: [String]) {
        #expect(ServedResource.named(word).map(\.type.plural) == plurals)
    }

    @Test func noTwoResourcesShareAName() {
        // Usage has the names of what it is usage of, in a group of its own.
        let named = ServedResource.all.filter { $0.origin != .metrics }
        let names = named.flatMap { Set([$0.type.plural, $0.singular] + $0.shortNames) }
        let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(Set(repeated) == [])
    }
}
