/// Rules about how things are declared and named.
enum DeclarationRules {
    private static let vagueEndings = ["Manager", "Helper", "Helpers", "Utils", "Util", "Utility", "Utilities"]
    private static let introducers: Set<String> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    /// Types and files named after nothing in particular.
    static func vagueNames(in file: TreeFile) -> [Violation] {
        var found: [Violation] = []
        let name = file.components.last.map { $0.prefix { $0 != "." && $0 != "+" } } ?? ""
        if isVague(String(name)) {
            found.append(Violation(place: file.path, message: "name the file after what it is"))
        }
        for (number, line) in SourceText(file.text).lines {
            let words = Word.all(in: line)
            for (introducer, type) in zip(words, words.dropFirst())
            where introducers.contains(introducer.text) && isVague(type.text) {
                found.append(
                    Violation(place: "\(file.path):\(number)", message: "\(type.text): name the type after what it is"))
            }
        }
        return found
    }

    private static func isVague(_ name: String) -> Bool { vagueEndings.contains { name.hasSuffix($0) } }

    /// Promises the compiler cannot check: outside the kernel layer never, inside it with the reason above them.
    static func uncheckedPromises(in file: TreeFile) -> [Violation] {
        let original = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        return SourceText(file.text).lines.compactMap { number, line in
            let isPromise = line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)")
            guard isPromise else { return nil }
            let place = "\(file.path):\(number)"
            guard file.layer == "Kernel" else {
                return Violation(
                    place: place, message: "only the kernel layer promises Sendable; use a Mutex or an actor")
            }
            let above = original[..<(number - 1)].suffix(12)
            if above.contains(where: { $0.contains("//") }) { return nil }
            return Violation(place: place, message: "say in a comment above why this is safe")
        }
    }

    /// Work left for later, noted where nobody looks for it.
    static func leftForLater(in file: TreeFile) -> [Violation] {
        // Put together here, so that this file does not break the rule it makes.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        return numberedLines(file).flatMap { number, line in
            Word.all(in: line).filter { marks.contains($0.text) }.map {
                Violation(place: "\(file.path):\(number)", message: "\($0.text): do it, or open an issue")
            }
        }
    }

    /// The lines as they stand, comments and strings included, the first with number 1.
    static func numberedLines(_ file: TreeFile) -> [(Int, Substring)] {
        file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
            ($0.offset + 1, $0.element)
        }
    }
}
