import NetworkModel

extension LabOptions {
    /// Reads `lab.yaml` strictly and checks it against the cluster it belongs to.
    ///
    /// - Parameter problems: every problem found is added, warnings included.
    static func parse(_ file: LabFile, problems: inout [Problem]) -> (options: LabOptions, tree: YAMLValue?) {
        let reader = YAMLReader(bytes: file.bytes, file: file.path)
        problems += reader.problems
        guard let document = reader.documents.first else {
            if reader.problems.isEmpty {
                problems.append(
                    Problem(
                        at: SourcePlace(file: file.path), "the file is empty",
                        expected: "apiVersion: \(apiVersion), or no such file"))
            }
            return (LabOptions(), nil)
        }
        for extra in reader.documents.dropFirst() {
            problems.append(Problem(at: extra.place, "a second YAML document", expected: "one Lab in the file"))
        }
        problems += SchemaWalk.problems(in: document, schema, .lenient)
        return (LabOptions(document), document)
    }

    private init(_ document: YAMLValue) {
        func address(_ value: YAMLValue?) -> IPAddress? {
            value?.text.flatMap { IPAddress($0) }.flatMap { $0.family == .ipv4 ? $0 : nil }
        }
        func prefix(_ value: YAMLValue?) -> IPPrefix? {
            value?.text.flatMap { IPPrefix($0)?.network }.flatMap { $0.family == .ipv4 ? $0 : nil }
        }
        self.init()
        name = document["name"]?.text
        seed = document["seed"]?.integer.flatMap { UInt64(exactly: $0) } ?? seed
        let network = document["underlay"]
        let subnet = prefix(network?["subnet"]) ?? underlay.subnet
        underlay = Underlay(
            subnet: subnet, gateway: address(network?["gateway"]), mtu: network?["mtu"]?.integer ?? underlay.mtu)
        for entry in document["nodes"]?.entries ?? [] {
            nodes[entry.key] = NodePins(
                address: address(entry.value["address"]), podCIDR: prefix(entry.value["podCIDR"]),
                router: address(entry.value["router"]))
        }
        for entry in document["services"]?.entries ?? [] {
            guard let service = ServiceName(text: entry.key) else { continue }
            serviceIPs[service] = address(entry.value["clusterIP"])
        }
        proxy.mode = document["proxy"]?["mode"]?.text.flatMap(Proxy.Mode.init(rawValue:)) ?? proxy.mode
        proxy.noEndpoints =
            document["proxy"]?["noEndpoints"]?.text.flatMap(Proxy.NoEndpoints.init(rawValue:)) ?? proxy.noEndpoints
        proxy.sourceIP =
            document["proxy"]?["sourceIP"]?.text.flatMap(Proxy.SourceIP.init(rawValue:)) ?? proxy.sourceIP
        proxy.returnPath =
            document["proxy"]?["returnPath"]?.text.flatMap(Proxy.ReturnPath.init(rawValue:)) ?? proxy.returnPath
    }
}
