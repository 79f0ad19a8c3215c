internal import LinuxKernel

/// Where a lab keeps its state. Nothing outside /run/netlab and /run/netns is ever written.
package struct LabPaths: Hashable, Sendable {
    package static let root = "/run/netlab"

    package let lab: String

    package init(_ lab: String) { self.lab = lab }

    package var directory: String { "\(Self.root)/\(lab)" }
    package var socket: String { "\(directory)/daemon.sock" }
    /// The daemon's own log.
    package var log: String { "\(directory)/daemon.log" }
    package var record: String { "\(directory)/lab.json" }
    package var journal: String { "\(directory)/journal.json" }
    package var store: String { "\(directory)/store.log" }
    /// Who is bound to which backend by session affinity.
    package var affinity: String { "\(directory)/affinity.json" }
    package var containers: String { "\(directory)/containers" }
    /// The /etc/hosts of a node.
    package func hosts(ofNode node: String) -> String { "\(directory)/nodes/\(node)/hosts" }
    package func resolvConf(ofNode node: String) -> String { "\(directory)/nodes/\(node)/resolv.conf" }
    /// The log of one container's attempt.
    package func log(ofPod uid: String, container: String, attempt: Int) -> String {
        "\(containers)/\(uid)/\(container)/\(attempt)/log"
    }

    /// The labs that have a state directory, sorted.
    package static func all() -> [LabPaths] {
        StateFile.list(root).filter { !$0.hasPrefix(".") && StateFile.isDirectory("\(root)/\($0)") }
            .map { LabPaths($0) }
    }
}
