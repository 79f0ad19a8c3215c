/// What the API server checks across the fields of one object, and what netlab's runtime needs.
///
/// Messages follow apiserver validation (pkg/apis/apps/validation, pkg/apis/core/validation) where one is known.
struct ObjectValidation {
    let value: YAMLValue
    let field: String
    let images: Set<String>
    let access: HostAccess
    private(set) var problems: [Problem] = []

    init(value: YAMLValue, field: String, images: Set<String>, access: HostAccess) {
        self.value = value
        self.field = field
        self.images = images
        self.access = access
    }

    mutating func run() {
        checkName()
        switch value["kind"]?.text {
        case "Pod": if let spec = value["spec"] { checkPod(spec, path("spec")) }
        case "Deployment", "ReplicaSet", "DaemonSet":
            checkWorkload()
            checkRollout()
        case "Job":
            if let spec = value["spec"]?["template"]?["spec"] { checkPod(spec, path("spec.template.spec")) }
            checkJob()
        case "Service": checkService()
        default: return
        }
    }

    func path(_ rest: String) -> String { SchemaWalk.join(field, rest) }

    mutating func report(
        _ at: YAMLValue, _ field: String, _ message: String, _ expected: String? = nil,
        _ severity: Problem.Severity = .error
    ) {
        problems.append(Problem(at: at.place, field: field, message, expected: expected, severity: severity))
    }

    /// 253 characters without `-` and the ten of a pod template's hash.
    private static let longestDeployment = 242

    private mutating func checkName() {
        guard let metadata = value["metadata"], metadata.entries != nil else { return }
        if metadata["name"] == nil {
            if let prefix = metadata["generateName"] {
                // kubectl's words.
                report(prefix, path("metadata.generateName"), "cannot use generate name with apply", "metadata.name")
            } else {
                report(metadata, path("metadata.name"), "this required field is missing")
            }
        }
        if value["kind"]?.text == "Namespace", let name = metadata["name"], let text = name.text,
            !TextRule.isLabel(text[...]), TextRule.dnsSubdomain.fault(text) == nil
        {
            report(
                name, path("metadata.name"), "\"\(YAMLValue.shortened(text))\" is not a valid name of a Namespace",
                TextRule.dnsLabel.expected)
        }
        // The API server takes it, and refuses the ReplicaSet then: nothing would ever run.
        if value["kind"]?.text == "Deployment", let name = metadata["name"], let text = name.text,
            TextRule.dnsSubdomain.fault(text) == nil, text.utf8.count > Self.longestDeployment
        {
            report(
                name, path("metadata.name"),
                "\"\(YAMLValue.shortened(text))\" leaves no room for the name of its ReplicaSet, which adds a hash",
                "at most \(Self.longestDeployment) characters")
        }
        if value["kind"]?.text == "Service", let name = metadata["name"], let text = name.text,
            TextRule.dnsSubdomain.fault(text) == nil,
            !TextRule.isLabel(text[...]) || text.utf8.first.map({ (48...57).contains($0) }) == true
        {
            report(
                name, path("metadata.name"), "\"\(YAMLValue.shortened(text))\" is not a valid Service name",
                "a DNS label that starts with a letter, at most 63 characters")
        }
    }

    private mutating func checkWorkload() {
        guard let spec = value["spec"], let template = spec["template"] else { return }
        let selector = spec["selector"]
        let wanted = selector?["matchLabels"]?.entries ?? []
        if let selector, selector.entries != nil, wanted.isEmpty,
            (selector["matchExpressions"]?.items ?? []).isEmpty
        {
            report(selector, path("spec.selector"), "empty selector is invalid for a deployment", "matchLabels")
        }
        let labels = template["metadata"]?["labels"]
        let texts = Dictionary((labels?.entries ?? []).map { ($0.key, $0.value.text) }) { first, _ in first }
        for entry in wanted where (texts[entry.key] ?? nil) != entry.value.text {
            report(
                labels ?? template, path("spec.template.metadata.labels"),
                "`selector` does not match template `labels`", "\(entry.key): \(entry.value.text ?? "")")
        }
        if let pod = template["spec"] {
            checkPod(pod, path("spec.template.spec"))
            if let policy = pod["restartPolicy"], policy.text != "Always" {
                report(
                    policy, path("spec.template.spec.restartPolicy"),
                    "Unsupported value: \"\(policy.text ?? "")\"", "Always")
            }
        }
    }

    private mutating func checkPod(_ spec: YAMLValue, _ path: String) {
        var names: Set<String> = []
        if let containers = spec["containers"], containers.items?.isEmpty == true {
            report(containers, path + ".containers", "this required field is missing", "at least one container")
        }
        for list in ["initContainers", "containers"] {
            for (index, container) in (spec[list]?.items ?? []).enumerated() {
                let containerPath = "\(path).\(list)[\(index)]"
                if let name = container["name"], let text = name.text {
                    if !names.insert(text).inserted {
                        report(name, containerPath + ".name", "Duplicate value: \"\(text)\"")
                    }
                }
                checkImage(container, containerPath)
                checkPortNames(container, containerPath)
                checkSecurity(container, containerPath)
            }
        }
    }

    /// netlab pulls no images: a container runs a program of the host unless its image is built in.
    private mutating func checkImage(_ container: YAMLValue, _ path: String) {
        guard let image = container["image"], let name = image.text else { return }
        let hasCommand = !(container["command"]?.items ?? []).isEmpty
        guard !hasCommand, !isBuiltIn(name) else { return }
        report(
            image, path + ".image", "netlab pulls no images, and \"\(YAMLValue.shortened(name))\" is not built in",
            "a command of this machine, or one of " + images.sorted().joined(separator: ", "))
    }

    /// A registry path in front and a missing tag are forgiven: `REGISTRY/hello-app:1.0` is `hello-app:1.0`.
    private func isBuiltIn(_ name: String) -> Bool {
        images.contains { name == $0 || name.hasSuffix("/" + $0) || name.hasPrefix($0 + ":") }
    }

    private mutating func checkPortNames(_ container: YAMLValue, _ path: String) {
        var names: Set<String> = []
        for (index, port) in (container["ports"]?.items ?? []).enumerated() {
            guard let name = port["name"], let text = name.text else { continue }
            guard !names.insert(text).inserted else { continue }
            report(name, "\(path).ports[\(index)].name", "Duplicate value: \"\(text)\"")
        }
    }

    private mutating func checkService() {
        guard let spec = value["spec"] else { return }
        let type = spec["type"]?.text ?? "ClusterIP"
        let isHeadless = spec["clusterIP"]?.text == "None"
        let ports = spec["ports"]?.items ?? []
        if ports.isEmpty, !isHeadless, type != "ExternalName" {
            report(spec, path("spec.ports"), "this required field is missing", "at least one port")
        }
        if type != "ClusterIP", let place = spec["type"] {
            report(
                place, path("spec.type"), "type \(type) is not yet supported; only its ClusterIP works", nil, .warning)
        }
        var names: Set<String> = []
        var numbers: Set<String> = []
        for (index, port) in ports.enumerated() where port.entries != nil {
            let portPath = path("spec.ports[\(index)]")
            if let name = port["name"], let text = name.text {
                if !names.insert(text).inserted { report(name, portPath + ".name", "Duplicate value: \"\(text)\"") }
            } else if ports.count > 1 {
                report(port, portPath + ".name", "this required field is missing", "a name, as there are several ports")
            }
            let transport = port["protocol"]?.text ?? "TCP"
            let number = "\(port["port"]?.text ?? "")/\(transport)"
            if !numbers.insert(number).inserted { report(port, portPath, "Duplicate value: \(number)") }
            if transport == "SCTP", let place = port["protocol"] {
                report(
                    place, portPath + ".protocol", "SCTP is not yet supported; this port is not served", nil, .warning)
            }
        }
    }
}
