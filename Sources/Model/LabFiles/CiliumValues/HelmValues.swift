/// Helm's merge of value files and `--set` flags, each value keeping its place.
struct HelmValues {
    /// The merged mapping; nil values are gone, as Helm removes them.
    private(set) var root: YAMLValue
    private(set) var problems: [Problem] = []

    /// - Parameters:
    ///   - files: `-f` files, later ones over earlier ones.
    ///   - set: `--set` flags, in order, over the files.
    init(files: [LabFile], set: [String]) {
        root = YAMLValue(.mapping([]), at: SourcePlace(file: files.last?.path ?? "cilium values"))
        for file in files {
            let reader = YAMLReader(bytes: file.bytes, file: file.path)
            problems += reader.problems
            for extra in reader.documents.dropFirst() {
                problems.append(
                    Problem(at: extra.place, "a second YAML document", expected: "one mapping of values"))
            }
            guard let document = reader.documents.first else { continue }
            guard document.entries != nil else {
                problems.append(
                    Problem(at: document.place, "found \(document.kindOfValue)", expected: "a mapping of values"))
                continue
            }
            root = Self.merge(document, over: root)
        }
        for flag in set {
            let parsed = HelmSetFlag(flag)
            problems += parsed.problems
            for assignment in parsed.assignments {
                root = Self.set(assignment.path[...], to: assignment.value, in: root)
            }
        }
    }

    /// Mappings merge key by key; everything else replaces; null removes.
    private static func merge(_ upper: YAMLValue, over lower: YAMLValue) -> YAMLValue {
        guard let upperEntries = upper.entries, var entries = lower.entries else { return upper }
        for entry in upperEntries {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                if entry.value.isNull {
                    entries.remove(at: index)
                } else {
                    entries[index].keyPlace = entry.keyPlace
                    entries[index].value = merge(entry.value, over: entries[index].value)
                }
            } else if !entry.value.isNull {
                entries.append(entry)
            }
        }
        return YAMLValue(.mapping(entries), at: lower.place)
    }

    private static func set(_ path: ArraySlice<HelmSetFlag.Step>, to value: YAMLValue, in tree: YAMLValue) -> YAMLValue
    {
        guard let step = path.first else { return value }
        switch step {
        case .key(let key):
            var entries = tree.entries ?? []
            let index = entries.firstIndex { $0.key == key }
            if path.count == 1, value.isNull {
                entries.removeAll { $0.key == key }
                return YAMLValue(.mapping(entries), at: tree.place)
            }
            let old = index.map { entries[$0].value } ?? YAMLValue(.mapping([]), at: value.place)
            let entry = YAMLValue.Entry(
                key: key, keyPlace: value.place, value: set(path.dropFirst(), to: value, in: old))
            if let index { entries[index] = entry } else { entries.append(entry) }
            return YAMLValue(.mapping(entries), at: tree.entries == nil ? value.place : tree.place)
        case .index(let index):
            var items = tree.items ?? []
            while items.count <= index { items.append(YAMLValue(.scalar(text: "", plain: true), at: value.place)) }
            items[index] = set(path.dropFirst(), to: value, in: items[index])
            return YAMLValue(.sequence(items), at: value.place)
        }
    }
}
