/// Turns a lab's files into a ``Lab``, or into everything that is wrong with them.
package enum LabFiles {
    /// What the caller decides besides the files.
    package struct Overrides: Sendable {
        /// `--name`: the lab's name.
        package var name: String?
        /// `-f`: Helm value files over the lab's `cilium.yaml`, in order.
        package var values: [LabFile]
        /// `--set`, in order, over all value files.
        package var set: [String]
        /// Images that run without a `command`, by name and tag.
        package var builtInImages: Set<String>
        /// `--no-host-commands` or `--allow-privileged`.
        package var access: HostAccess

        package init(
            name: String? = nil, values: [LabFile] = [], set: [String] = [],
            builtInImages: Set<String> = LabFiles.defaultImages, access: HostAccess = .confined
        ) {
            self.name = name
            self.values = values
            self.set = set
            self.builtInImages = builtInImages
            self.access = access
        }
    }

    /// Bytes that a file may have.
    package static let largestFile = YAMLPrecheck.largestFile

    /// The images that the workloads of this release run by themselves.
    package static let defaultImages: Set<String> = ["hello-app:1.0", "hello-app:2.0", "netlab/echo"]

    /// Reads, defaults and checks all files of a lab. Pure: bytes in, values out.
    ///
    /// - Throws: every problem of every file at once, warnings included, when at least one is an error.
    package static func parse(
        _ source: LabSource, overrides: Overrides = Overrides()
    ) throws(LabProblems) -> Lab {
        var problems: [Problem] = []
        let kind = KindConfig.parse(source.kind, problems: &problems)
        let (options, tree) = source.options.map { LabOptions.parse($0, problems: &problems) } ?? (LabOptions(), nil)
        let hasValues = source.cilium != nil || !overrides.values.isEmpty || !overrides.set.isEmpty
        let files = (source.cilium.map { [$0] } ?? []) + overrides.values
        let (cilium, ciliumTree) =
            hasValues
            ? CiliumValues.parse(
                files: files, set: overrides.set, underlay: options.underlay.subnet, problems: &problems) : (nil, nil)
        let manifests = ManifestReader.read(
            source.manifests, builtInImages: overrides.builtInImages, access: overrides.access, problems: &problems)
        let (checks, checksTree) = source.checks.map { LabChecks.parse($0, problems: &problems) } ?? (nil, nil)
        let name = overrides.name ?? options.name ?? source.defaultName ?? kind?.config.name ?? "kind"
        if !Lab.isValidName(name), options.name == nil || overrides.name != nil {
            let place = SourcePlace(file: overrides.name == nil ? source.path : "--name")
            problems.append(
                Problem(
                    at: place, "\"\(YAMLValue.shortened(name))\" is not a valid lab name",
                    expected: Lab.nameRule.expected + "; choose one with --name"))
        }
        guard let kind else { throw LabProblems(problems) }
        let lab = Lab(
            name: name, path: source.path, kind: kind.config, cilium: cilium, options: options, checks: checks,
            manifests: manifests, warnings: [])
        let isSound = !problems.contains { $0.severity == .error }
        let validation = LabValidation(
            lab: lab, source: source, kindTree: kind.tree, optionsTree: tree, ciliumTree: ciliumTree)
        problems += validation.problems + (isSound ? validation.advice : [])
        if let checksTree { problems += ChecksValidation(lab: lab, tree: checksTree).problems }
        return try lab.concluded(problems)
    }

    /// Manifests alone, for `netlab apply -f`.
    ///
    /// - Returns: the objects in the order kubectl applies them, and the warnings.
    /// - Throws: every problem, warnings included, when at least one is an error.
    package static func manifests(
        _ files: [LabFile], builtInImages: Set<String> = defaultImages, access: HostAccess = .confined
    ) throws(LabProblems) -> (manifests: [Manifest], warnings: [Problem]) {
        var problems: [Problem] = []
        let manifests = ManifestReader.read(
            files, builtInImages: builtInImages, access: access, problems: &problems)
        let sorted = LabProblems(problems)
        if problems.contains(where: { $0.severity == .error }) { throw sorted }
        return (manifests, sorted.problems)
    }

    /// Cilium's values alone, for `netlab cni install` on a lab that is up.
    ///
    /// - Parameters:
    ///   - files: the lab's `cilium.yaml` first, then `-f` files.
    ///   - set: `--set` flags in order.
    ///   - lab: the lab they are for: its subnets, which the pod address pool must leave alone, and its nodes, which must
    ///     find room in it.
    /// - Returns: the values and the warnings.
    /// - Throws: every problem, warnings included, when at least one is an error.
    package static func cilium(
        files: [LabFile], set: [String], for lab: Lab? = nil
    ) throws(LabProblems) -> (values: CiliumValues, warnings: [Problem]) {
        var problems: [Problem] = []
        let (values, tree) = CiliumValues.parse(
            files: files, set: set, underlay: lab?.options.underlay.subnet, problems: &problems)
        if var lab {
            lab.cilium = values
            // The lab's own files were found right when it was made; what is wrong now is the values'.
            let source = LabSource(
                path: lab.path, defaultName: nil, kind: LabFile(path: files.last?.path ?? lab.path, bytes: []))
            problems +=
                AddressSpaceValidation(
                    lab: lab, source: source, kindTree: YAMLValue(.mapping([]), at: SourcePlace(file: lab.path)),
                    optionsTree: nil, ciliumTree: tree
                ).problems
        }
        let sorted = LabProblems(problems)
        if problems.contains(where: { $0.severity == .error }) { throw sorted }
        return (values, sorted.problems)
    }
}

extension Lab {
    fileprivate func concluded(_ problems: [Problem]) throws(LabProblems) -> Lab {
        let sorted = LabProblems(problems)
        if problems.contains(where: { $0.severity == .error }) { throw sorted }
        var lab = self
        lab.warnings = sorted.problems
        return lab
    }
}
