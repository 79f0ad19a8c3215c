internal import LabFiles
internal import LinuxKernel
internal import NetworkPlanning

/// The users' kubeconfig files that hold a lab's context: written by `up --kubeconfig`, cleaned by `down`, as kind does.
package struct MergedKubeconfigs {
    private let paths: LabPaths

    package init(_ paths: LabPaths) { self.paths = paths }

    /// Adds the lab's cluster, user and context to a file, made when it is not there, and makes the context current.
    ///
    /// - Throws: usage for a file that is no kubeconfig, environment for one that cannot be written.
    package func add(to file: String) throws(ControlFailure) {
        do {
            guard let own = try StateFile.read(paths.kubeconfig) else {
                throw ControlFailure(.failed, "lab \"\(paths.lab)\" has no kubeconfig yet")
            }
            let file = UserFile(file)
            let text = String(decoding: own, as: UTF8.self)
            try file.rewrite { old in try KubeconfigMerge.adding(text, to: old) }
            var known = list()
            guard !known.contains(file.path) else { return }
            known.append(file.path)
            try StateFile.write(Array(known.joined(separator: "\n").utf8), to: paths.mergedKubeconfigs)
        } catch let failure as ControlFailure {
            throw failure
        } catch let error as KernelError {
            throw ControlFailure(error)
        } catch {
            throw ControlFailure(
                .usage, "\(file) is no kubeconfig: \(error)", advice: "nothing in it was changed; name another file")
        }
    }

    /// Takes the context out of every file again. One that cannot be changed is left: the lab goes all the same.
    func removeAll() {
        let name = Kubeconfig.context(ofLab: paths.lab)
        for path in list() {
            try? UserFile(path).rewrite(ifThere: true) { old in try KubeconfigMerge.removing(name, from: old) }
        }
    }

    private func list() -> [String] {
        guard let bytes = (try? StateFile.read(paths.mergedKubeconfigs)) ?? nil else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
