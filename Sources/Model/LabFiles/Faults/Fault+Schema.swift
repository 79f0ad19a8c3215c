import NetworkModel

extension Fault {
    static let schema = Schema.object([
        Field("apiVersion", .oneOf([LabOptions.apiVersion]), required: true),
        Field("kind", .oneOf(["Fault"]), required: true),
        Field("title", words, required: true), Field("source", words, required: true),
        Field("breaks", words, required: true), Field("shows", words, required: true),
        Field("finding", words, required: true), Field("hints", .list(words), required: true),
        Field("repair", words, required: true), Field("reconciled", .boolean, required: true),
        Field("inject", .list(.object(operations)), required: true),
    ])

    /// The operations, in the order of the manual.
    static let operationNames = operations.map(\.name)

    private static let on = Field("on", .oneOf(Stage.allCases.map(\.rawValue)), required: true)
    private static let table = Field(
        "table",
        .integerOrText(
            IntegerRule(1...Int(UInt32.max), "main, local or a number"),
            TextRule.oneOf(["main", "local"]) { "\"\($0)\" is no table" }))
    private static let link = Field("link", .text(linkName), required: true)

    private static let operations = [
        Field("addRoute", .object([on, table, Field("route", .text(route), required: true)])),
        Field("replaceRoute", .object([on, table, Field("route", .text(route), required: true)])),
        Field("deleteRoute", .object([on, table, Field("to", .text(prefix), required: true)])),
        Field("addRule", .object([on, table, priority, Field("from", .text(prefix)), Field("to", .text(prefix))])),
        Field("deleteRule", .object([on, priority])),
        Field("addAddress", .object([on, link, Field("address", .text(prefix), required: true)])),
        Field("deleteAddress", .object([on, Field("address", .text(prefix), required: true)])),
        Field(
            "changeLink",
            .object([on, link, Field("up", .boolean), Field("mtu", .integer(68...65_535)), Field("isolated", .boolean)])
        ),
        Field(
            "setSysctl",
            .object([
                on, Field("name", .text(sysctl), required: true), Field("value", .text, required: true),
            ])),
        Field(
            "setNeighbour",
            .object([
                on, link, Field("address", .text(prefix), required: true),
                Field("lladdr", .text(mac), required: true),
            ])),
        Field("deleteFirewall", .object([on, Field("table", .text, required: true), Field("comment", .text)])),
        Field("stopDaemon", .object([])),
    ]

    private static let priority = Field("priority", .integer(0...Int(UInt32.max)), required: true)

    private static func fits(_ text: String, _ test: (String) -> Bool) -> Bool {
        FaultVariable.substituted(text, FaultVariable.sample).map(test) ?? false
    }

    private static let words = Schema.text(
        TextRule("text, in which $ begins a variable such as $node or $other.cidr") {
            FaultVariable.substituted($0, FaultVariable.sample) == nil ? "a $ that begins no variable" : nil
        })

    private static let route = TextRule(
        "a line as `ip route` prints it, such as $other.cidr via $other.address dev eth0"
    ) {
        fits($0) { RoutePattern($0) != nil } ? nil : "\"\($0)\" is no route"
    }

    private static let prefix = TextRule("default, or a prefix or an address such as $other.cidr") { text in
        fits(text) { $0 == "default" || IPPrefix($0) != nil || IPAddress($0) != nil } ? nil : "\"\(text)\" is no prefix"
    }

    private static let linkName = TextRule("a link's name, such as eth0 or $node.podLink") { text in
        fits(text) { LinkName(rawValue: $0) != nil } ? nil : "\"\(text)\" is no name of a link"
    }

    private static let mac = TextRule("a hardware address such as 02:42:ac:12:00:63") {
        MACAddress($0) == nil ? "\"\($0)\" is no hardware address" : nil
    }

    /// Below net.ipv4 only: all of it belongs to a network namespace, and none to the machine.
    private static let sysctl = TextRule("the name of a sysctl that begins with net.ipv4") { name in
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0.isWordByte }
        return parts.count > 2 && parts[0] == "net" && parts[1] == "ipv4" && isPlain && !parts.contains("")
            ? nil : "\"\(name)\" may not be set by a fault"
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
