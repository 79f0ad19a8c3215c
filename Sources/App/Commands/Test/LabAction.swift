internal import Daemon
internal import Datapath
internal import Faults
internal import FoundationEssentials
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// What a `converges` check does to a lab, and how it is undone.
final class LabAction {
    private let action: ConvergenceCheck.Action
    private let view: LabView
    private let network = LinuxNetwork()
    /// The node's namespace as it was; nil for an action on objects.
    private var before: (name: NamespaceName, state: NamespaceState)?
    /// What was done to that namespace; nil until it was.
    private var change: NetworkChange?
    /// The object as it was, to be applied again.
    private var original: AnyKubernetesObject?

    /// Remembers how things are.
    ///
    /// - Throws: that there is nothing to act upon.
    init(_ action: ConvergenceCheck.Action, on view: LabView) throws {
        self.action = action
        self.view = view
        switch action {
        case .deleteRoute(let node, _), .nodeDown(let node): before = try observe(node)
        case .scale(let name, _): original = AnyKubernetesObject(try object(name, in: Deployment.self))
        case .endpoints(let name, _):
            let slices = try view.running.objects(EndpointSlice.self).filter {
                $0.namespace == name.namespace && $0.labels["kubernetes.io/service-name"] == name.name
            }
            guard let slice = slices.first else { throw absent("Service \(name) has no EndpointSlice") }
            original = AnyKubernetesObject(slice)
        }
    }

    func perform() throws {
        switch action {
        case .deleteRoute(let node, let destination):
            guard let before,
                let route = before.state.routes.values.first(where: {
                    $0.table == .main && $0.destination == destination
                })
            else { throw absent("\(node) has no route to \(destination)") }
            try perform(.removeRoute(before.name, route), on: before)
        case .nodeDown(let node):
            guard let before, let link = before.state.links[.eth0] else { throw absent("\(node) has no eth0") }
            var down = link
            down.isUp = false
            try perform(.changeLink(before.name, from: link, to: down), on: before)
        case .scale(_, let replicas):
            guard var deployment = original?.object as? Deployment else { return }
            deployment.spec?.replicas = Int32(replicas)
            try apply(AnyKubernetesObject(deployment))
        case .endpoints(_, let addresses):
            guard var slice = original?.object as? EndpointSlice else { return }
            slice.endpoints = addresses.map {
                Endpoint(addresses: ["\($0)"], conditions: EndpointConditions(ready: true))
            }
            try apply(AnyKubernetesObject(slice))
        }
    }

    /// Puts back what is still missing: what has healed by itself stays as it is.
    func undo() throws {
        if let original { return try apply(original) }
        guard let change else { return }
        defer { network.forget() }
        try network.undo(change)
    }

    /// Remembers what came of it too: routes fall with a link.
    private func perform(_ step: Step, on before: (name: NamespaceName, state: NamespaceState)) throws {
        let state = NetworkState(namespaces: [before.name: before.state])
        var expected = state
        expected.apply(step)
        change = NetworkChange(before: state, after: expected)
        try network.carryOut([step])
        change?.after = try network.observe([before.name], sysctls: [])
    }

    private func observe(_ node: String) throws -> (NamespaceName, NamespaceState) {
        guard let name = DatapathNames.node(view.running.name, node),
            let state = try network.observe([name], sysctls: []).namespaces[name]
        else { throw absent("node \(node) has no namespace") }
        return (name, state)
    }

    private func object<Object: KubernetesObject>(
        _ name: LabOptions.ServiceName, in type: Object.Type
    ) throws -> Object {
        guard
            let object = try view.running.objects(type).first(where: {
                $0.namespace == name.namespace && $0.name == name.name
            })
        else { throw absent("there is no \(type.resource.kind) \(name)") }
        return object
    }

    /// As `kubectl apply` would: without what the server keeps about the object.
    private func apply(_ object: AnyKubernetesObject) throws {
        func bare<Object: KubernetesObject>(_ object: Object) -> AnyKubernetesObject {
            var object = object
            object.metadata = ObjectMeta(
                name: object.name, namespace: object.namespace, labels: object.labels)
            return AnyKubernetesObject(object)
        }
        var manifest = bare(object.object)
        if var deployment = manifest.object as? Deployment {
            deployment.status = nil
            manifest = AnyKubernetesObject(deployment)
        }
        let text = String(decoding: try JSONEncoder().encode(manifest), as: UTF8.self)
        _ = try view.running.ask(.apply(files: [SourceFile(path: "checks.yaml", text: text)], timeout: 30))
    }

    private func absent(_ message: String) -> CommandFailure { CommandFailure(.failed, message) }
}
