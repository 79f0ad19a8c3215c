internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// One thing a lab left behind, and why it is netlab's.
package struct Leftover: Codable, Sendable, Hashable {
    package var lab: String
    /// `namespace three-node.kind-worker`, `state /run/netlab/three-node`.
    package var object: String
    package var proof: String
}

/// Finding and removing what no running lab accounts for.
package enum GarbageCollection {
    /// Everything of labs whose daemon does not run.
    ///
    /// - Parameter includingResumable: also labs that `netlab up` could resume, because their state is there.
    package static func find(includingResumable: Bool) throws(ControlFailure) -> [Leftover] {
        do throws(KernelError) {
            let marks = try LinuxNetwork().markedNamespaces()
            var leftovers: [Leftover] = []
            for paths in try LabRemoval.labs() where !isRunning(paths) {
                let hasState = (try? LabRecord.load(paths)) != nil
                if hasState, !includingResumable { continue }
                for (namespace, mark) in marks.sorted(by: { $0.key < $1.key }) where mark.lab == paths.lab {
                    leftovers.append(
                        Leftover(
                            lab: paths.lab, object: "namespace \(namespace)",
                            proof: "its lo carries the alias \(mark.text), and no daemon of lab \(paths.lab) runs"))
                }
                if StateFile.isDirectory(paths.directory) {
                    leftovers.append(
                        Leftover(
                            lab: paths.lab, object: "state \(paths.directory)",
                            proof: "netlab's state directory, and no daemon of lab \(paths.lab) runs"))
                }
            }
            return leftovers
        } catch {
            throw ControlFailure(error)
        }
    }

    /// Removes them, lab by lab, the way `down` does.
    package static func remove(_ leftovers: [Leftover]) throws(ControlFailure) {
        for lab in Set(leftovers.map(\.lab)).sorted() { try LabRemoval(LabPaths(lab)).run() }
    }

    private static func isRunning(_ paths: LabPaths) -> Bool { (try? LocalConnection(path: paths.socket)) != nil }
}
