internal import ArgumentParser

/// `LAB` for commands about a whole lab that is up.
struct LabArgument: ParsableArguments {
    @Argument(help: "The lab. May be left out when only one is up (or with NETLAB_LAB).")
    var lab: String?

    func find() throws -> RunningLab { try RunningLab.find(lab) }
}

/// `-l LAB` for commands about a node or a pod.
struct LabOption: ParsableArguments {
    @Option(name: [.short, .customLong("lab")], help: "The lab, when several are up (or NETLAB_LAB).")
    var lab: String?

    func find() throws -> RunningLab { try RunningLab.find(lab) }
}

/// A length of time as people type it: a number of seconds that a clock can hold.
struct Seconds: ExpressibleByArgument {
    let value: Double

    init(_ value: Double) { self.value = value }

    /// nil for what is no number, negative, or beyond a year; so are `nan` and `inf`, which `Double` would take.
    init?(argument: String) {
        guard let value = Double(argument), (0...31_536_000).contains(value) else { return nil }
        self.value = value
    }

    /// For the help's default value.
    var defaultValueDescription: String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}

/// `--json`.
struct JSONFlag: ParsableArguments {
    @Flag(name: .long, help: "Print JSON.")
    var json = false
}
