/// Rules about files as a whole: length, documentation, labs, and what must not be told to the world.
enum HouseRules {
    /// Nine files in ten are under this many lines.
    static let usualLength = 300
    /// No file is over this many lines.
    static let greatestLength = 600

    /// Files that are too long, and too many long ones.
    static func lengths(of files: [TreeFile]) -> [Violation] {
        var found = files.filter { $0.lineCount > greatestLength }.map {
            Violation(place: $0.path, message: "\($0.lineCount) lines, at most \(greatestLength) are allowed")
        }
        let long = files.filter { $0.lineCount >= usualLength }
        if long.count * 10 > files.count {
            let list = long.map(\.path).joined(separator: ", ")
            found.append(
                Violation(place: "Sources", message: "more than one file in ten has \(usualLength) lines: \(list)"))
        }
        return found
    }

    /// Targets without a paragraph in docs/modules.md, and headings there that name no target.
    ///
    /// The form: a heading `### Name`, then prose.
    static func moduleParagraphs(_ text: String, targets: [String]) -> [Violation] {
        var paragraphs: [String: Int] = [:]
        var current: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("### ") {
                current = String(line.dropFirst(4))
                paragraphs[String(line.dropFirst(4))] = 0
            } else if line.hasPrefix("#") {
                current = nil
            } else if let current {
                paragraphs[current, default: 0] += line.split(separator: " ").count
            }
        }
        let missing = targets.filter { paragraphs[$0, default: 0] < 15 }.map {
            Violation(place: "docs/modules.md", message: "\($0) has no paragraph saying what it is and may touch")
        }
        let unknown = paragraphs.keys.filter { !targets.contains($0) }.sorted().map {
            Violation(place: "docs/modules.md", message: "\($0) is not a target")
        }
        return missing + unknown
    }

    /// A lab without what every lab has. `files` are the paths of the lab's folder, relative to the repository.
    static func lab(_ name: String, files: [TreeFile]) -> [Violation] {
        let folder = "labs/\(name)"
        var found = ["README.md", "kind.yaml"].filter { wanted in
            !files.contains { $0.path == "\(folder)/\(wanted)" && !$0.text.isEmpty }
        }
        .map { Violation(place: folder, message: "has no \($0)") }
        if let readme = files.first(where: { $0.path == "\(folder)/README.md" }), !readme.text.contains("```") {
            found.append(Violation(place: readme.path, message: "has no diagram"))
        }
        return found
    }

    /// Places on the machine of whoever wrote a file, and hosts that packages came from there.
    static func privatePlaces(in file: TreeFile) -> [Violation] {
        // Put together here, so that this file does not break the rule it makes.
        let forbidden = [
            "/wo" + "rk/", "/ho" + "me/", "/Use" + "rs/", "/ro" + "ot/", "pypi" + ".org", "npmjs" + ".org",
            "crates" + ".io", "proxy.golang" + ".org", "arti" + "factory",
        ]
        return DeclarationRules.numberedLines(file).flatMap { number, line in
            forbidden.filter { line.contains($0) }.map {
                Violation(place: "\(file.path):\(number)", message: "\($0) is a place nobody else has")
            }
        }
    }

    /// Packages that a stranger could not fetch.
    static func packageURLs(_ urls: [String]) -> [Violation] {
        urls.filter { !$0.hasPrefix("https://github.com/") }.map {
            Violation(place: "Package.swift", message: "\($0) is not a public repository at github.com")
        }
    }
}
