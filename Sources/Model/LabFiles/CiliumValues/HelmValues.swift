/// Helm's merge of value files and `--set` flags, each value keeping its place.
struct HelmValues {
    /// The merged mapping; nil values are gone, as Helm removes them.
    private(set) var root: YAMLValue
    private(set) var problems: [Problem] = []
    /// A file gave nothing, because it is no text or no YAML: what its values lack says nothing then.
    private(set) var hasUnreadFile = false

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
            guard let document = reader.documents.first else {
                hasUnreadFile = hasUnreadFile || !reader.problems.isEmpty
                continue
            }
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
                guard assignments < Self.mostAssignments else {
                    problems.append(
                        Problem(
                            at: SourcePlace(file: "--set"), "more than \(Self.mostAssignments) values are set",
                            expected: "so many values in a file, given with -f"))
                    return
                }
                assignments += 1
                do throws(LabProblems) {
                    root = try Self.set(assignment.path[...], to: assignment, in: root)
                } catch {
                    problems += error.problems
                }
            }
        }
    }

    /// Each assignment costs a walk through what was set before.
    private static let mostAssignments = 500
    private var assignments = 0

    /// Mappings merge key by key; everything else replaces; null removes.
    private static func merge(_ upper: YAMLValue, over lower: YAMLValue) -> YAMLValue {
        guard let upperEntries = upper.entries, let lowerEntries = lower.entries else { return upper }
        var entries: [YAMLValue.Entry?] = lowerEntries
        var places = Dictionary(lowerEntries.enumerated().map { ($1.key, $0) }) { first, _ in first }
        for entry in upperEntries {
            if let index = places[entry.key], let old = entries[index] {
                if entry.value.isNull {
                    entries[index] = nil
                    places[entry.key] = nil
                } else {
                    entries[index] = YAMLValue.Entry(
                        key: entry.key, keyPlace: entry.keyPlace, value: merge(entry.value, over: old.value))
                }
            } else if !entry.value.isNull {
                places[entry.key] = entries.count
                entries.append(entry)
            }
        }
        return YAMLValue(.mapping(entries.compactMap(\.self)), at: lower.place)
    }

    /// Puts a value at the path.
    ///
    /// - Throws: what Helm panics on and then reports: a step into something that is neither absent nor a mapping (for
    ///   a key) or a list (for an index).
    private static func set(
        _ path: ArraySlice<HelmSetFlag.Step>, to assignment: HelmSetFlag.Assignment, in tree: YAMLValue
    ) throws(LabProblems) -> YAMLValue {
        let value = assignment.value
        guard let step = path.first else { return value }
        func mismatch(_ wanted: String) -> LabProblems {
            let parent = HelmSetFlag.text(of: assignment.path[..<path.startIndex])
            return LabProblems([
                Problem(
                    at: value.place, "unable to parse key: \(parent) is \(tree.kindOfValue), not \(wanted)",
                    expected: "a key that fits what the values hold there")
            ])
        }
        switch step {
        case .key(let key):
            guard tree.entries != nil || tree.isNull else { throw mismatch("a mapping") }
            var entries = tree.entries ?? []
            let index = entries.firstIndex { $0.key == key }
            if path.count == 1, value.isNull {
                entries.removeAll { $0.key == key }
                return YAMLValue(.mapping(entries), at: tree.place)
            }
            let old = index.map { entries[$0].value } ?? absent(at: value.place)
            let entry = YAMLValue.Entry(
                key: key, keyPlace: value.place, value: try set(path.dropFirst(), to: assignment, in: old))
            if let index { entries[index] = entry } else { entries.append(entry) }
            return YAMLValue(.mapping(entries), at: tree.entries == nil ? value.place : tree.place)
        case .index(let index):
            guard tree.items != nil || tree.isNull else { throw mismatch("a list") }
            var items = tree.items ?? []
            if items.count <= index {
                items += [YAMLValue](repeating: absent(at: value.place), count: index + 1 - items.count)
            }
            items[index] = try set(path.dropFirst(), to: assignment, in: items[index])
            return YAMLValue(.sequence(items), at: value.place)
        }
    }

    private static func absent(at place: SourcePlace) -> YAMLValue {
        YAMLValue(.scalar(text: "", plain: true), at: place)
    }
}
