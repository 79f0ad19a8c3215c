package import NetworkModel

/// The interfaces that words such as `kind-worker:eth0` stand for, among those that a lab has.
package enum CaptureSelection {
    /// A word that fits nothing, or too much.
    package struct Mismatch: Error, Hashable, Sendable {
        package var word: String
        /// Places that it fits when there are several; empty when it fits none.
        package var candidates: [String]
        /// What there is to choose from, in the lab or, when the place was found, in the place.
        package var known: [String]
    }

    /// - Parameters:
    ///   - words: `PLACE`, for all its interfaces but `lo`; `PLACE:IF`; none for all of the lab. A place is a node, a
    ///     pod as `NAME` or `NAMESPACE_NAME`, or `host`.
    ///   - namespaces: the lab's, with the links they have.
    ///   - lab: the lab's name, with which the names of its namespaces begin.
    /// - Returns: each once, in the order of the words, and within a word in the order of the names.
    package static func points(
        _ words: [String], in namespaces: [NamespaceName: [LinkName]], lab: String
    ) throws(Mismatch) -> [CapturePoint] {
        let places = namespaces.keys.sorted().map { name in
            (name: name, place: String(name.rawValue.dropFirst(lab.utf8.count + 1)))
        }
        func all(_ entry: (name: NamespaceName, place: String)) -> [CapturePoint] {
            (namespaces[entry.name] ?? []).sorted().filter { $0 != .loopback }.map {
                CapturePoint(namespace: entry.name, link: $0, place: entry.place)
            }
        }
        if words.isEmpty { return places.flatMap(all) }
        var found: [CapturePoint] = []
        for word in words {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let exact = places.filter { $0.place == parts[0] || $0.name.rawValue == parts[0] }
            let fitting = exact.isEmpty ? places.filter { $0.place.hasSuffix("_" + parts[0]) } : exact
            guard let entry = fitting.first, fitting.count == 1 else {
                throw Mismatch(word: parts[0], candidates: fitting.map(\.place), known: places.map(\.place))
            }
            guard parts.count > 1 else {
                found += all(entry)
                continue
            }
            guard let link = namespaces[entry.name]?.first(where: { $0.rawValue == parts[1] }) else {
                throw Mismatch(
                    word: word, candidates: [], known: (namespaces[entry.name] ?? []).sorted().map(\.rawValue))
            }
            found.append(CapturePoint(namespace: entry.name, link: link, place: entry.place))
        }
        var seen: Set<CapturePoint> = []
        return found.filter { seen.insert($0).inserted }
    }
}
