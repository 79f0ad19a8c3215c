internal import Daemon
internal import Datapath
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
            try perform([.removeRoute(before.name, route)])
        case .nodeDown(let node):
            guard let before, let link = before.state.links[.eth0] else { throw absent("\(node) has no eth0") }
            var down = link
            down.isUp = false
            try perform([.changeLink(before.name, from: link, to: down)])
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
        guard let before else { return }
        defer { network.forget() }
        var now = try network.observe([before.name], sysctls: []).namespaces[before.name] ?? NamespaceState()
        if let link = before.state.links[.eth0], let current = now.links[.eth0], link.isUp, !current.isUp {
            try perform([.changeLink(before.name, from: current, to: link)])
            now = try network.observe([before.name], sysctls: []).namespaces[before.name] ?? now
        }
        let missing = before.state.routes.values.filter { now.routes[$0.key] == nil }
        // A gateway must be reachable by a route that is there.
        let ordered = missing.sorted { ($0.gateway == nil ? 0 : 1, $0.key) < ($1.gateway == nil ? 0 : 1, $1.key) }
        try perform(ordered.map { .addRoute(before.name, $0) })
        let lost = before.state.neighbours.subtracting(now.neighbours)
        try perform(lost.sorted().map { .addNeighbour(before.name, $0) })
    }

    private func perform(_ steps: [Step]) throws {
        guard !steps.isEmpty else { return }
        do throws(StepFailure) { try network.perform(steps) } catch { throw error.error }
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
