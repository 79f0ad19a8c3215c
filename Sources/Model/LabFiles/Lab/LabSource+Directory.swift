extension LabSource {
    /// The files of a lab directory that netlab reads, as paths inside it. README.md and expected/ are for
    /// others.
    package static func isRead(_ path: String) -> Bool {
        ["kind.yaml", "cilium.yaml", "lab.yaml", "checks.yaml"].contains(path) || isManifest(path)
    }

    /// Sorts the files of a lab directory by what they are.
    ///
    /// - Parameters:
    ///   - path: the directory as people write it, without a slash at the end.
    ///   - name: the directory's own name, the lab's name by default.
    ///   - files: paths inside the directory, and bytes. Files that are not netlab's are ignored.
    /// - Throws: one problem when there is no `kind.yaml`.
    package init(directory path: String, name: String, files: [String: [UInt8]]) throws(LabProblems) {
        func file(_ name: String) -> LabFile? { files[name].map { LabFile(path: "\(path)/\(name)", bytes: $0) } }
        guard let kind = file("kind.yaml") else {
            let near = Spelling.nearest(to: "kind.yaml", among: files.keys.sorted())
            throw LabProblems([
                Problem(
                    at: SourcePlace(file: path), "the directory has no kind.yaml",
                    expected: "a kind cluster config of that name" + (near.map { ", perhaps \($0) renamed" } ?? ""))
            ])
        }
        self.init(
            path: path, defaultName: name, kind: kind, cilium: file("cilium.yaml"), options: file("lab.yaml"),
            checks: file("checks.yaml"), manifests: files.keys.filter(Self.isManifest).sorted().compactMap(file))
    }

    /// A lab that is only a kind config; its name is the cluster's.
    package init(kindConfig file: LabFile) {
        self.init(path: file.path, defaultName: nil, kind: file)
    }

    private static func isManifest(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count == 2 && parts[0] == "manifests" && !parts[1].hasPrefix(".")
            && [".yaml", ".yml", ".json"].contains(where: parts[1].hasSuffix)
    }
}
