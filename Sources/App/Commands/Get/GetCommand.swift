internal import ArgumentParser
internal import Daemon
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel

/// `netlab get RESOURCE [NAME...]`
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "List or show the lab's objects, as `kubectl get` does.",
        discussion: """
            RESOURCE is a plural, a singular or a short name (deploy, rs, svc, ep, ns, ...), several with commas, `all`, \
            or RESOURCE/NAME.

            EXAMPLES:
              netlab get deploy,rs,pods -o wide
              netlab get endpointslices -A
              netlab get pods --selector app=hello-app --field-selector spec.nodeName=kind-worker
              netlab get node/kind-worker -o json
            """)

    @Argument(help: "What to get.", completion: .custom { _, _, _ in ServedResource.all.map(\.type.plural) })
    var resource: String

    @Argument(help: "Only these objects.")
    var names: [String] = []

    @OptionGroup var lab: LabOption
    @OptionGroup var namespace: NamespaceOption

    @Option(name: .long, help: "Only objects with these labels: app=web,tier!=cache,env in (a,b),!old.")
    var selector: String?

    @Option(name: .long, help: "Only objects with these fields: status.phase=Running.")
    var fieldSelector: String?

    @Option(
        name: [.customShort("o"), .customLong("output")], help: "wide, json or name.",
        completion: .list(["wide", "json", "name"]))
    var format: Format?

    @Flag(name: .long, help: "No line of headers.")
    var noHeaders = false

    enum Format: String, ExpressibleByArgument { case wide, json, name }

    func validate() throws {
        if !names.isEmpty, selector != nil || fieldSelector != nil {
            throw ValidationError("selectors and names exclude each other")
        }
        if !names.isEmpty, namespace.allNamespaces {
            throw ValidationError("a resource cannot be retrieved by name across all namespaces")
        }
    }

    /// Objects of one kind that were asked for.
    private struct Found {
        var resource: ServedResource
        var objects: [AnyKubernetesObject]
    }

    func run() throws {
        let (resources, names) = try chosen()
        let labels = try read { () throws(SelectorFault) in
            try selector.map { text throws(SelectorFault) in try LabelSelector(text: text) }
        }
        let running = try lab.find()
        var found: [Found] = []
        for resource in resources {
            let fields = try read { () throws(SelectorFault) in
                try fieldSelector.map { text throws(SelectorFault) in try FieldSelector(text: text, for: resource.type)
                }
            }
            var objects = try running.objects(resource.type.plural)
            if resource.type.isNamespaced { objects.removeAll { !namespace.contains($0.object) } }
            if let labels { objects.removeAll { !labels.matches($0.object.labels) } }
            if let fields { objects.removeAll { !fields.matches($0.object) } }
            if !names.isEmpty { objects = try named(names, among: objects, resource) }
            if !objects.isEmpty { found.append(Found(resource: resource, objects: objects)) }
        }
        try show(found, of: resources, isOne: names.count == 1 && resources.count == 1)
    }

    private func read<Value>(_ body: () throws(SelectorFault) -> Value) throws -> Value {
        do throws(SelectorFault) { return try body() } catch { throw CommandFailure(.usage, error.description) }
    }

    /// The kinds that the first word means, and the names.
    private func chosen() throws -> ([ServedResource], [String]) {
        let parts = resource.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, !names.isEmpty {
            throw CommandFailure(
                .usage,
                "there is no need to specify a resource type as a separate argument when passing arguments in "
                    + "resource/name form (e.g. 'netlab get \(resource)')")
        }
        var resources: [ServedResource] = []
        for word in parts[0].split(separator: ",") {
            let meant = ServedResource.named(String(word))
            guard !meant.isEmpty else {
                throw CommandFailure(
                    .usage, "the lab doesn't have a resource type \"\(word)\"",
                    advice: "there are: " + ServedResource.all.map(\.type.plural).sorted().joined(separator: ", "))
            }
            for resource in meant where !resources.contains(resource) { resources.append(resource) }
        }
        return (resources, parts.count == 2 ? [parts[1]] : names)
    }

    private func named(
        _ names: [String], among objects: [AnyKubernetesObject], _ resource: ServedResource
    ) throws -> [AnyKubernetesObject] {
        try names.map { name in
            guard let object = objects.first(where: { $0.object.name == name }) else {
                throw CommandFailure(.failed, "\(resource.type.qualifiedPlural) \"\(name)\" not found")
            }
            return object
        }
    }

    private func show(_ found: [Found], of resources: [ServedResource], isOne: Bool) throws {
        switch format {
        case .json:
            let objects = found.flatMap(\.objects)
            if isOne, let only = objects.first { return try JSONOutput.print(only) }
            return try JSONOutput.print(ObjectList(items: objects))
        case .name:
            for one in found {
                for object in one.objects {
                    StandardStream.output.write("\(one.resource.prefix)/\(object.object.name)\n")
                }
            }
        case .wide, nil:
            guard !found.isEmpty else {
                // Nodes and the like are in no namespace.
                let isNamespaced = resources.contains { $0.type.isNamespaced }
                return StandardStream.error.write(isNamespaced ? namespace.nothing : "No resources found\n")
            }
            let blocks = found.map { text($0, ofSeveral: resources.count > 1) }
            StandardStream.output.write(blocks.joined(separator: "\n"))
        }
    }

    private func text(_ found: Found, ofSeveral: Bool) -> String {
        let table = ObjectTable(found.resource.type, found.objects, now: Clock.wall())
        let isSpread = namespace.allNamespaces && found.resource.type.isNamespaced
        // Of several kinds, each name says of which it is.
        let prefix = ofSeveral ? found.resource.prefix + "/" : ""
        return KubernetesTable(
            table, namespaces: isSpread ? found.objects.map(\.object.namespace) : nil, prefix: prefix,
            wide: format == .wide, headers: !noHeaders
        ).text(wide: true)
    }
}

/// `v1/List`, as kubectl wraps what it got.
private struct ObjectList: Encodable {
    var apiVersion = "v1"
    var kind = "List"
    var metadata = ["resourceVersion": ""]
    var items: [AnyKubernetesObject]
}
