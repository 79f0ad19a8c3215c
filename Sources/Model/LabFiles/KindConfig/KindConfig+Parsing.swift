import NetworkModel

extension KindConfig {
    /// Reads a kind config strictly and applies kind's defaults.
    ///
    /// - Parameters:
    ///   - file: the file's content, and the path to show in problems.
    ///   - problems: every problem found is added, warnings included.
    /// - Returns: the config and the document it was read from, for places; nil when nothing usable could be read.
    ///   When `problems` gained an error the config is only good for looking for more problems.
    static func parse(_ file: LabFile, problems: inout [Problem]) -> (config: KindConfig, tree: YAMLValue)? {
        let reader = YAMLReader(bytes: file.bytes, file: file.path)
        problems += reader.problems
        let whole = SourcePlace(file: file.path)
        guard let document = reader.documents.first else {
            if reader.problems.isEmpty {
                problems.append(
                    Problem(
                        at: whole, "the file is empty: could not determine kind / apiVersion for config",
                        expected: "kind: Cluster, apiVersion: \(apiVersion)"))
            }
            return nil
        }
        if reader.documents.count > 1 {
            problems.append(
                Problem(at: reader.documents[1].place, "a second YAML document", expected: "one Cluster in the file"))
        }
        guard checkHead(document, &problems) else { return nil }
        problems += SchemaWalk.problems(in: document, schema, .lenient)
        let config = KindConfig(document)
        problems += config.problems(in: document)
        return (config, document)
    }

    /// `kind` and `apiVersion` decide what the rest of the file means, so nothing else is checked without them.
    private static func checkHead(_ document: YAMLValue, _ problems: inout [Problem]) -> Bool {
        func fault(_ value: YAMLValue, _ field: String, _ message: String, _ expected: String) -> Bool {
            problems.append(Problem(at: value.place, field: field, message, expected: expected))
            return false
        }
        guard let version = document["apiVersion"], let kind = document["kind"] else {
            return fault(
                document, "", "could not determine kind / apiVersion for config",
                "kind: Cluster, apiVersion: \(apiVersion)")
        }
        guard version.text == apiVersion else {
            let text = version.text ?? version.kindOfValue
            return fault(version, "apiVersion", "unknown apiVersion: \(YAMLValue.shortened(text))", apiVersion)
        }
        guard kind.text == "Cluster" else {
            let text = YAMLValue.shortened(kind.text ?? kind.kindOfValue)
            return fault(kind, "kind", "unknown kind \(text) for apiVersion: \(apiVersion)", "Cluster")
        }
        return true
    }

    private init(_ document: YAMLValue) {
        let items = document["nodes"]?.items ?? []
        let roles = items.map { $0["role"]?.text.flatMap(Role.init(rawValue:)) ?? .controlPlane }
        self.init(
            name: document["name"]?.text.flatMap { $0.isEmpty ? nil : $0 } ?? "kind",
            roles: items.isEmpty ? [.controlPlane] : roles,
            networking: Networking(document["networking"]))
        for (index, item) in items.enumerated() {
            for label in item["labels"]?.entries ?? [] { nodes[index].labels[label.key] = label.value.text ?? "" }
        }
    }

    /// What kind checks across fields, and what only netlab does.
    private func problems(in document: YAMLValue) -> [Problem] {
        var problems: [Problem] = []
        let nodesPlace = document.entry("nodes")?.keyPlace ?? document.place
        if !nodes.contains(where: { $0.role == .controlPlane }) {
            problems.append(
                Problem(
                    at: nodesPlace, field: "nodes", "must have at least one control-plane node",
                    expected: "a node with role: control-plane"))
        }
        if name.utf8.count > 50 {
            problems.append(
                Problem(
                    at: document["name"]?.place ?? document.place, field: "name",
                    "cluster name \"\(name)\" is probably too long, this might not work properly on some systems",
                    expected: "at most 50 characters", severity: .warning))
        }
        if nodes.count > Self.mostNodes {
            problems.append(
                Problem(
                    at: nodesPlace, field: "nodes",
                    "\(nodes.count) nodes are more than the bridge that joins them has ports",
                    expected: "at most \(Self.mostNodes) nodes, as a Linux bridge takes no more"))
        }
        if let node = nodes.first, TextRule.dnsSubdomain.fault(node.name) != nil, Self.isClusterName(name) {
            problems.append(
                Problem(
                    at: document["name"]?.place ?? document.place, field: "name",
                    "nodes would be called \"\(node.name)\", which is not a valid node name",
                    expected: TextRule.dnsSubdomain.expected))
        }
        for (index, node) in nodes.enumerated().prefix(Self.mostNodes) where node.name.utf8.count > 63 {
            problems.append(
                Problem(
                    at: document["nodes"]?.items?[index].place ?? document.place, field: "nodes[\(index)]",
                    "the node's name \"\(node.name)\" is longer than a host name may be",
                    expected: "at most 63 characters; shorten the cluster name"))
        }
        return problems + networking.overlaps(document["networking"])
    }
}

extension KindConfig.Networking {
    fileprivate init(_ section: YAMLValue?) {
        func prefix(_ field: String) -> IPPrefix? {
            // One of another family was reported; nothing more is said of it.
            section?[field]?.text.flatMap { IPPrefix($0)?.network }.flatMap { $0.family == .ipv4 ? $0 : nil }
        }
        self.init(
            podSubnet: prefix("podSubnet") ?? Self.defaultPodSubnet,
            serviceSubnet: prefix("serviceSubnet") ?? Self.defaultServiceSubnet,
            disableDefaultCNI: section?["disableDefaultCNI"]?.boolean ?? false,
            kubeProxyMode: section?["kubeProxyMode"]?.text.flatMap(KindConfig.KubeProxyMode.init(rawValue:))
                ?? .iptables)
    }

    /// kind does not look for overlaps (behaviour 1.2), but the cluster it makes then does not work.
    fileprivate func overlaps(_ section: YAMLValue?) -> [Problem] {
        guard let section, podSubnet.overlaps(serviceSubnet) else { return [] }
        let culprit = section.entry("podSubnet") ?? section.entry("serviceSubnet")
        return [
            Problem(
                at: culprit?.value.place ?? section.place, field: "networking.\(culprit?.key ?? "podSubnet")",
                "pod subnet \(podSubnet) overlaps service subnet \(serviceSubnet)",
                expected: "subnets that share no address")
        ]
    }
}
