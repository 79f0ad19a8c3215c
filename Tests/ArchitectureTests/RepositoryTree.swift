import FoundationEssentials

/// A text file of the repository.
struct TreeFile: Sendable {
    /// Relative to the repository: `Sources/Model/NetworkModel/Link.swift`.
    var path: String
    var text: String

    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - (endsInNewline ? 1 : 0) }
    private var endsInNewline: Bool { text.last?.isNewline == true }

    /// The folders and the file name.
    var components: [Substring] { path.split(separator: "/") }

    /// `Model` in `Sources/Model/NetworkModel/Link.swift`; nil outside Sources.
    var layer: String? { components.first == "Sources" && components.count > 3 ? String(components[1]) : nil }

    /// `NetworkModel` in `Sources/Model/NetworkModel/Link.swift`; nil outside Sources.
    var target: String? { components.first == "Sources" && components.count > 3 ? String(components[2]) : nil }
}

/// The checked-out repository these tests were compiled from.
enum RepositoryTree {
    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 })

    /// The text of one file; nil when there is none.
    static func text(_ path: String) -> String? { try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }

    /// Every readable text file under a folder, sorted by path; hidden files and build products are left out.
    static func files(under folder: String, suffix: String = "") -> [TreeFile] {
        entries(under: folder).filter { $0.hasSuffix(suffix) }.compactMap { path in
            text(path).map { TreeFile(path: path, text: $0) }
        }
    }

    /// Names of the folders directly in a folder, sorted.
    static func folders(in folder: String) -> [String] {
        names(in: folder).filter { isFolder("\(folder)/\($0)") }
    }

    static let swiftSources = files(under: "Sources", suffix: ".swift")
    static let swiftTests = files(under: "Tests", suffix: ".swift")

    /// Everything that is committed and is text: what a reader of the repository gets.
    static let committed: [TreeFile] =
        ["Sources", "Tests", "labs", "scripts", "docs", ".ci"].flatMap { files(under: $0) }
        + ["Package.swift", "README.md", "LICENSE", ".gitignore", ".editorconfig", ".swift-format"].compactMap { path in
            text(path).map { TreeFile(path: path, text: $0) }
        }

    private static func entries(under folder: String) -> [String] {
        names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            return isFolder(path) ? entries(under: path) : [path]
        }
    }

    private static func names(in folder: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
        return all.filter { !$0.hasPrefix(".") }.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory) && isDirectory
    }
}
