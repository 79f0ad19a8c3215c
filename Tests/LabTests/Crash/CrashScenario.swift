import Testing

/// One command whose every change is to be cut short, and what leads up to it.
///
/// The lab is three-node: a bridge, three nodes, two pods on two of them, a Service. `LAB` stands for its name.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    var name: String
    /// Commands before it, which succeed.
    var before: [String]
    var command: String
    /// Which processes' points count, in the words of NETLAB_FAULT.
    var parts: Set<String>
    /// Whether there is no lab before it, so that none may be left when it fails.
    var isNew: Bool

    var testDescription: String { name }

    static let create = CrashScenario(
        name: "create", before: [], command: "create three-node --name LAB -q",
        parts: ["command", "daemon", "create"], isNew: true)

    static let install = CrashScenario(
        name: "cni install", before: ["create three-node --name LAB -q"], command: "cni install LAB -q",
        parts: ["cni"], isNew: false)

    static let installWithoutRoutes = CrashScenario(
        name: "cni install --set autoDirectNodeRoutes=false", before: ["create three-node --name LAB -q"],
        command: "cni install LAB -q --set autoDirectNodeRoutes=false", parts: ["cni"], isNew: false)

    static let apply = CrashScenario(
        name: "apply", before: ["create three-node --name LAB -q", "cni install LAB -q"], command: "apply LAB -q",
        parts: ["apply", "runtime", "shim", "container"], isNew: false)

    static let up = CrashScenario(
        name: "up", before: [], command: "up three-node --name LAB -q",
        parts: ["command", "daemon", "up", "runtime", "shim", "container"], isNew: true)

    static let down = CrashScenario(
        name: "down", before: ["up three-node --name LAB -q"], command: "down LAB -q", parts: ["command"], isNew: false)

    static let all = [create, install, installWithoutRoutes, apply, up, down]

    /// The words of a command, after the program's name.
    static func words(_ line: String, lab: String) -> [String] {
        line.split(separator: " ").map { $0 == "LAB" ? lab : String($0) }
    }
}
