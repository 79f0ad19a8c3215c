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

/// `--json`.
struct JSONFlag: ParsableArguments {
    @Flag(name: .long, help: "Print JSON.")
    var json = false
}
