import Yams

/// Reads YAML text into values with places.
///
/// Scalars stay text (the library's type rules are switched off): kind, Helm and kubectl each read them by the type
/// of the field they stand in, and so does ``SchemaWalk``.
struct YAMLReader {
    /// The documents of the file in order; a document that is empty or only a comment is left out.
    private(set) var documents: [YAMLValue] = []
    /// Syntax errors, duplicate keys, limits exceeded.
    private(set) var problems: [Problem] = []

    private let file: String
    private var nodes = 0

    init(bytes: [UInt8], file: String) {
        self.file = file
        switch YAMLPrecheck.text(of: bytes, file: file) {
        case .failure(let failure): problems = failure.problems
        case .success(let text): read(text)
        }
    }

    /// The library stops at the first duplicate key. The key it names is marked in the text and the text read again,
    /// so that every duplicate is found and everything else in the file is still checked.
    private mutating func read(_ original: String) {
        var text = original
        for _ in 0..<32 {
            var roots: [Node] = []
            do throws(any Error) {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                while let root = try parser.nextRoot() { roots.append(root) }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                if let marked = DuplicateKeyMark.marking(text, line: context.mark.line, column: context.mark.column) {
                    text = marked
                    continue
                }
                let place = SourcePlace(file: file, line: context.mark.line, column: context.mark.column)
                problems.append(Problem(at: place, "duplicate key \"\(keys.sorted().joined(separator: "\", \""))\""))
                return
            } catch {
                problems.append(YAMLFault.problem(error, file: file, text: text))
                return
            }
            documents = roots.compactMap { value($0, depth: 0) }.filter { !$0.isNull }
            return
        }
        problems.append(Problem(at: SourcePlace(file: file), "too many duplicate keys"))
    }

    private mutating func value(_ node: Node, depth: Int) -> YAMLValue? {
        let place = SourcePlace(file: file, line: node.mark?.line, column: node.mark?.column)
        nodes += 1
        guard nodes <= YAMLPrecheck.mostNodes, depth <= YAMLPrecheck.deepestNesting else {
            if !problems.contains(where: { $0.message.hasPrefix("the file is too large") }) {
                problems.append(
                    Problem(
                        at: place, "the file is too large once its aliases are expanded",
                        expected: "at most \(YAMLPrecheck.mostNodes) values, \(YAMLPrecheck.deepestNesting) deep"))
            }
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let plain = scalar.style == .plain && scalar.tag.rawValue != "tag:yaml.org,2002:str"
            return YAMLValue(.scalar(text: scalar.string, plain: plain), at: place)
        case .sequence(let sequence):
            var items: [YAMLValue] = []
            for item in sequence {
                guard let value = value(item, depth: depth + 1) else { return nil }
                items.append(value)
            }
            return YAMLValue(.sequence(items), at: place)
        case .mapping(let mapping):
            return self.mapping(mapping, place: place, depth: depth)
        case .alias:
            problems.append(Problem(at: place, "an alias whose anchor is not in the file"))
            return nil
        }
    }

    private mutating func mapping(_ mapping: Node.Mapping, place: SourcePlace, depth: Int) -> YAMLValue? {
        var entries: [YAMLValue.Entry] = []
        var merged: [YAMLValue.Entry] = []
        var duplicated: [String] = []
        for (keyNode, valueNode) in mapping {
            let keyPlace = SourcePlace(file: file, line: keyNode.mark?.line, column: keyNode.mark?.column)
            guard case .scalar(let scalar) = keyNode else {
                problems.append(Problem(at: keyPlace, "a key is a list or a mapping", expected: "text"))
                continue
            }
            let (key, wasMarked) = DuplicateKeyMark.unmarked(scalar.string)
            guard let value = value(valueNode, depth: depth + 1) else { return nil }
            if key == "<<", scalar.style == .plain {
                let sources = value.items ?? [value]
                if sources.contains(where: { $0.entries == nil }) {
                    // yaml.v3's words.
                    problems.append(
                        Problem(
                            at: keyPlace, field: "<<", "map merge requires map or sequence of maps as the value",
                            expected: "an alias of a mapping, such as *name"))
                }
                merged += sources.flatMap { $0.entries ?? [] }
            } else {
                entries.append(YAMLValue.Entry(key: key, keyPlace: keyPlace, value: value))
            }
            if wasMarked { duplicated.append(key) }
        }
        reportDuplicates(duplicated, in: &entries)
        if !merged.isEmpty {
            var keys = Set(entries.map(\.key))
            for entry in merged where keys.insert(entry.key).inserted { entries.append(entry) }
        }
        return YAMLValue(.mapping(entries), at: place)
    }

    /// Reports each further occurrence of a key and keeps the first.
    private mutating func reportDuplicates(_ keys: [String], in entries: inout [YAMLValue.Entry]) {
        for key in Set(keys) {
            let places = entries.filter { $0.key == key }.map(\.keyPlace)
            for place in places.dropFirst() {
                problems.append(
                    Problem(
                        at: place, field: key, "duplicate key \"\(key)\"",
                        expected: "it once; the first is on line \(places[0].line ?? 0)"))
            }
            var seen = false
            entries.removeAll { entry in
                guard entry.key == key else { return false }
                defer { seen = true }
                return seen
            }
        }
    }
}
