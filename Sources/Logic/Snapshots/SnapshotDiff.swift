package import LabFiles

/// How two snapshots differ: pure, in a fixed order.
package struct SnapshotDiff: Hashable, Sendable {
    /// One line that stands on one side only.
    package struct Line: Hashable, Sendable, Codable {
        package enum Sign: String, Hashable, Sendable, Codable {
            /// The first has it, the second lacks it.
            case missing = "-"
            /// The second has it, the first does not.
            case extra = "+"
        }

        package var sign: Sign
        package var fact: Fact

        package init(_ sign: Sign, _ fact: Fact) {
            self.sign = sign
            self.fact = fact
        }
    }

    package var mode: SnapshotMode
    /// By namespace, then kind, then the line; of an object that changed, what it was stands before what it is.
    package var lines: [Line]

    package init(
        from first: Snapshot, to second: Snapshot, mode: SnapshotMode = .noDiff, ignoring noise: Noise = .usual
    ) {
        self.mode = mode
        var found: [Line] = []
        func add(_ namespace: String, _ kind: Fact.Kind, _ old: [String], _ new: [String]) {
            func kept(_ texts: [String]) -> [String] {
                texts.filter { !noise.covers(Fact(namespace: namespace, kind: kind, text: $0)) }
            }
            // Rules of a chain act in their order; all else is a set in which lines stand as often as they do.
            let isOrdered = kind == .nft
            let (old, new) = (isOrdered ? kept(old) : kept(old).sorted(), isOrdered ? kept(new) : kept(new).sorted())
            if old == new { return }
            var lines: [Line] = []
            for change in new.difference(from: old) {
                switch change {
                case .remove(_, let text, _):
                    lines.append(Line(.missing, Fact(namespace: namespace, kind: kind, text: text)))
                case .insert(_, let text, _):
                    lines.append(Line(.extra, Fact(namespace: namespace, kind: kind, text: text)))
                }
            }
            found += lines.sorted { left, right in
                let (first, second) = (left.fact.subject, right.fact.subject)
                if first != second { return first < second }
                if left.sign != right.sign { return left.sign == .missing }
                return left.fact.text < right.fact.text
            }
        }
        for name in Set(first.namespaces.keys).union(second.namespaces.keys).sorted() {
            let (old, new) = (first.namespaces[name], second.namespaces[name])
            guard let old, let new else {
                add(name, .namespace, old == nil ? [] : [name], new == nil ? [] : [name])
                continue
            }
            for kind in Fact.Kind.allCases { add(name, kind, old[kind], new[kind]) }
        }
        if first.proxy != nil || second.proxy != nil {
            add("-", .service, first.proxy ?? [], second.proxy ?? [])
        }
        lines = found.filter { line in
            switch mode {
            case .noDiff: true
            case .noLess: line.sign == .missing
            case .noMore: line.sign == .extra
            }
        }
    }

    package var isEmpty: Bool { lines.isEmpty }

    /// The lines below their namespaces, `- 10.0.2.0/24 via 172.18.0.3 dev eth0`; each ends with a line feed. Empty when
    /// there is no difference.
    package var text: String {
        var text = ""
        var namespace: String?
        for line in lines {
            if line.fact.namespace != namespace {
                namespace = line.fact.namespace
                text += line.fact.namespace == "-" ? "proxy:\n" : "\(line.fact.namespace):\n"
            }
            text += "  \(line.sign.rawValue) \(line.fact.kind.rawValue) \(line.fact.text)\n"
        }
        return text
    }

    /// The same for other programs, under keys that stay.
    package struct Document: Hashable, Sendable, Codable {
        package struct Entry: Hashable, Sendable, Codable {
            package var sign: String
            package var namespace: String
            package var kind: Fact.Kind
            package var text: String
        }

        package var first: String
        package var second: String
        package var mode: SnapshotMode
        package var equal: Bool
        package var differences: [Entry]
    }

    /// - Parameters:
    ///   - first: what the first side is called.
    ///   - second: what the second side is called.
    package func document(first: String, second: String) -> Document {
        Document(
            first: first, second: second, mode: mode, equal: isEmpty,
            differences: lines.map {
                Document.Entry(
                    sign: $0.sign.rawValue, namespace: $0.fact.namespace, kind: $0.fact.kind, text: $0.fact.text)
            })
    }
}

extension Fact {
    /// What the line is about: two lines of one subject are one object that changed.
    fileprivate var subject: String {
        let words = text.split(separator: " ")
        switch kind {
        case .address: return words.dropFirst().first.map(String.init) ?? text
        case .route:
            // blackhole 10.0.2.0/24 is about the same destination.
            return words.first { $0 == "default" || $0.first?.isHexDigit == true && $0.contains { ".:".contains($0) } }
                .map(String.init) ?? text
        case .nft: return text.split(separator: ":").first.map(String.init) ?? text
        default: return words.first.map(String.init) ?? text
        }
    }
}
