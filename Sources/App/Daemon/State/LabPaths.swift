internal import LinuxKernel
internal import NetworkPlanning

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
    /// What was injected into the lab (`netlab fault`).
    package var faults: String { "\(directory)/faults.json" }
    /// The lab's certificates with their keys.
    var certificates: String { "\(directory)/pki.json" }
    /// For clients on this machine.
    package var kubeconfig: String { "\(directory)/kubeconfig" }
    /// The users' kubeconfig files that the lab's context was written into, one a line.
    var mergedKubeconfigs: String { "\(directory)/kubeconfigs" }
    package var containers: String { "\(directory)/containers" }
    /// The /etc/hosts of a node.
    package func hosts(ofNode node: String) -> String { "\(directory)/nodes/\(node)/hosts" }
    package func resolvConf(ofNode node: String) -> String { "\(directory)/nodes/\(node)/resolv.conf" }
    /// The log of one container's attempt.
    package func log(ofPod uid: String, container: String, attempt: Int) -> String {
        "\(containers)/\(uid)/\(container)/\(attempt)/log"
    }

    /// What stands in the lab's directory, has no place there and no `lab.json` beside it: somebody else's, although the
    /// directory is called like a lab. With a `lab.json` the directory is a lab's, and all that is in it.
    var strangers: [String] {
        if PathKind(of: record) != .absent { return [] }
        let known = [
            socket, log, record, journal, store, affinity, faults, certificates, kubeconfig,
            mergedKubeconfigs, containers, "\(directory)/nodes",
        ]
        let own = Set(known.flatMap { [$0, $0 + ".new"] })
        return StateFile.list(directory).filter { !own.contains("\(directory)/\($0)") }
    }

    /// The labs that have a state directory, sorted.
    package static func all() -> [LabPaths] {
        StateFile.list(root).filter { !$0.hasPrefix(".") && StateFile.isDirectory("\(root)/\($0)") }
            .map { LabPaths($0) }
    }
}

extension LabPaths {
    /// - Throws: environment, when something else stands where the state of all labs goes.
    package static func refuseRootObstacle() throws(ControlFailure) { try refuse(root) }

    /// - Throws: environment, when something else stands where the state of all labs goes, or others could have
    ///   written to it.
    package static func checkRoot() throws(ControlFailure) {
        try refuseRootObstacle()
        do throws(KernelError) { try StateRoot.check(root) } catch { throw ControlFailure(error) }
    }

    /// - Throws: environment, when something else stands where the lab's state goes, or nothing can be written there.
    func refuseObstacle() throws(ControlFailure) {
        try Self.refuseRootObstacle()
        try Self.refuse(directory)
        for path in [directory, Self.root] where PathKind(of: path) == .directory {
            guard let reason = PathKind.refusalToWrite(into: path) else { continue }
            throw ControlFailure(
                .environment, "the state directory \(path) cannot be written: \(reason)",
                advice: "make it writable: a lab's state is kept below \(Self.root) and nowhere else")
        }
    }

    private static func refuse(_ path: String) throws(ControlFailure) {
        let kind = PathKind(of: path)
        if kind == .absent || kind == .directory { return }
        throw ControlFailure(
            .environment, "\(path) is \(kind), not a state directory",
            advice: "netlab did not make it and leaves it alone; remove it by hand")
    }
}
