import Foundation

/// The checkout these tests were built in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The program under test: `NETLAB_BINARY`, else what `swift build` made.
    static let netlab: String = {
        let named = ProcessInfo.processInfo.environment["NETLAB_BINARY"] ?? ".build/debug/netlab"
        return named.hasPrefix("/") ? named : "\(root)/\(named)"
    }()

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    /// The names of the files in a directory, sorted.
    static func files(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")) ?? []).sorted()
    }

    /// Names of the directories in a directory, sorted.
    static func directories(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")) ?? []
        return names.filter { name in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(path)/\(name)", isDirectory: &isDirectory)
                && isDirectory.boolValue
        }.sorted()
    }
}

/// A copy of a shipped lab that a test may edit.
struct LabCopy {
    let path: String

    /// Makes the copy for the length of the body.
    static func with<Value>(_ lab: String, _ body: (LabCopy) throws -> Value) throws -> Value {
        let parent = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let copy = LabCopy(path: "\(parent)/\(lab)")
        try FileManager.default.copyItem(atPath: "\(Repository.root)/labs/\(lab)", toPath: copy.path)
        return copy.isComplete ? try body(copy) : try { throw Incomplete(path: copy.path) }()
    }

    private var isComplete: Bool { FileManager.default.fileExists(atPath: "\(path)/kind.yaml") }

    /// Replaces a text that stands in the file exactly once.
    func edit(_ file: String, _ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
        guard text.components(separatedBy: old).count == 2 else { throw NotOnce(text: old, file: file) }
        try write(file, text.replacingOccurrences(of: old, with: new))
    }

    func write(_ file: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
    }

    struct Incomplete: Error { var path: String }
    struct NotOnce: Error { var text: String, file: String }
}
