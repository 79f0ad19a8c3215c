/// A rule that was broken, with the place and what to do instead.
struct Violation: Hashable, Sendable, CustomStringConvertible {
    var place: String
    var message: String
    var description: String { "\(place): \(message)" }
}

/// Which modules a file imports, and whether it may.
///
/// The compiler does not hold this: an undeclared import of anything reachable through a dependency compiles.
enum ImportRules {
    /// The modules a file imports, with their lines. `import struct Foo.Bar` imports `Foo`.
    static func imports(of file: TreeFile) -> [(line: Int, module: String)] {
        SourceText(file.text).lines.compactMap { number, text in
            let words = text.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ modifiers.contains(String($0)) || $0.hasPrefix("@") })
            else { return nil }
            let name = words[(keyword + 1)...].first { !kinds.contains(String($0)) }
            return name.map { (number, String($0.prefix { $0 != "." && $0 != ";" })) }
        }
    }

    /// Imports of a file under Sources that neither its target's dependencies nor its layer allow.
    static func violations(in file: TreeFile, manifest: Manifest) -> [Violation] {
        guard let target = file.target, let layer = Layer.of(target: target), file.layer == layer.name else {
            return [Violation(place: file.path, message: "stands in no target of the layer table")]
        }
        let declared = Set(manifest.targets.first { $0.name == target }?.dependencies ?? [])
        return imports(of: file).compactMap { line, module in
            let place = "\(file.path):\(line)"
            if Layer.doors.contains(module) && layer.name != "Kernel" {
                return Violation(place: place, message: "only the kernel layer imports \(module); use a port of Logic")
            }
            if layer.system.contains(module) || declared.contains(module) { return nil }
            return Violation(
                place: place,
                message: "\(target) may not import \(module): not among its dependencies, nor for layer \(layer.name)")
        }
    }

    /// What a manifest declares that the layer table does not allow, and targets missing on either side.
    static func violations(of manifest: Manifest) -> [Violation] {
        var found: [Violation] = []
        for layer in Layer.all {
            let constant = layer.name.lowercased()
            let declared = manifest.targets.filter { $0.layer == constant }
            for name in Set(declared.map(\.name)).symmetricDifference(layer.targets).sorted() {
                found.append(
                    Violation(
                        place: "Package.swift", message: "\(name) and the layer table differ about \(layer.name)"))
            }
            for target in declared {
                if target.path != "Sources/\(layer.name)/\(target.name)" {
                    found.append(Violation(place: target.name, message: "lies in \(target.path), outside its layer"))
                }
                for dependency in target.dependencies where !layer.maySee(dependency) {
                    found.append(Violation(place: target.name, message: "\(layer.name) may not see \(dependency)"))
                }
            }
        }
        return found
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
    ]
}

extension Layer {
    /// Whether a target of this layer may depend on a module.
    func maySee(_ module: String) -> Bool {
        if Layer.doors.contains(module) { return name == "Kernel" }
        if targets.contains(module) || packages.contains(module) { return true }
        return sees.contains { Layer.named($0)?.targets.contains(module) == true }
    }
}
