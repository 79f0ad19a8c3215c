/// What Package.swift says about the targets under Sources, read from its text.
///
/// `swift package dump-package` would be exact, but a package manager inside a test run waits for the lock of the one
/// that runs the test. The forms understood are those used in this repository: arrays of targets named after their
/// layer, and outside products as constants at the top.
struct Manifest {
    struct Target {
        var name: String
        /// The constant whose array it stands in: `model`, `logic`, ...
        var layer: String
        var path: String
        /// Targets of this package, and modules of others, that it may import.
        var dependencies: [String]
    }

    var targets: [Target] = []
    /// The URLs of the packages this one needs.
    var packageURLs: [String] = []

    init(_ text: String) {
        // Comments would be read as code here; Package.swift's stand on lines of their own.
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("//") }
        var products: [String: String] = [:]
        var layer = ""
        var declaration = ""
        for line in lines {
            if line.hasPrefix("let "), line.contains(": Target.Dependency") {
                let name = line.dropFirst(4).prefix { $0 != ":" }
                products[String(name)] = Self.strings(in: line[...]).first
            } else if line.hasPrefix("let "), line.contains(": [Target]") {
                layer = String(line.dropFirst(4).prefix { $0 != ":" })
            } else if line.hasPrefix(".package(url:"), let url = Self.strings(in: line[...]).first {
                packageURLs.append(url)
            } else if !layer.isEmpty {
                if line == "]" { layer = "" }
                declaration += line
                let opened = declaration.count { $0 == "(" }
                guard opened > 0, opened == declaration.count(where: { $0 == ")" }) else { continue }
                if let target = Self.target(declaration, layer: layer, products: products) { targets.append(target) }
                declaration = ""
            }
        }
    }

    private static func target(_ declaration: String, layer: String, products: [String: String]) -> Target? {
        guard let name = Self.argument("name:", of: declaration).flatMap({ strings(in: $0).first }) else { return nil }
        var dependencies: [String] = []
        if let list = argument("dependencies:", of: declaration) {
            let inside = list.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
            for item in inside.split(separator: ",") {
                let word = item.filter { !$0.isWhitespace }
                if word.hasPrefix("\"") {
                    dependencies.append(word.filter { $0 != "\"" })
                } else if !word.isEmpty {
                    dependencies.append(products[word] ?? word)
                }
            }
        }
        let path = argument("path:", of: declaration).flatMap { strings(in: $0).first } ?? "Tests/\(name)"
        return Target(name: name, layer: layer, path: path, dependencies: dependencies)
    }

    private static func argument(_ label: String, of declaration: String) -> Substring? {
        var rest = declaration[...]
        while !rest.isEmpty {
            if rest.hasPrefix(label) { return rest.dropFirst(label.count) }
            rest.removeFirst()
        }
        return nil
    }

    /// The string literals in a text, in order.
    private static func strings(in text: Substring) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
