internal import ArgumentParser
internal import LabFiles

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

/// `--no-host-commands` and `--allow-privileged`.
struct AccessFlags: ParsableArguments {
    @Flag(name: .long, help: "Refuse containers and probes that run programs of this machine: for files of strangers.")
    var noHostCommands = false

    @Flag(name: .long, help: "Accept privileged containers, which are root on this machine.")
    var allowPrivileged = false

    func validate() throws {
        if noHostCommands, allowPrivileged {
            throw ValidationError("--no-host-commands and --allow-privileged exclude each other")
        }
    }

    /// nil when neither was given.
    var access: HostAccess? { noHostCommands ? HostAccess.none : allowPrivileged ? .privileged : nil }
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
