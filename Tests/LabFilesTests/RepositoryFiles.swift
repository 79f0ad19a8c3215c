import Foundation
import LabFiles

/// The lab files of this repository, read from the checkout the tests were built in.
enum RepositoryFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Names of the directories in a directory, sorted.
    static func directories(in path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
        return names.filter { isDirectory("\(path)/\($0)") }.sorted()
    }

    /// A lab directory with the paths people see when they work in the repository.
    static func source(_ path: String) throws -> LabSource {
        var files: [String: [UInt8]] = [:]
        let directory = root.appending(path: path)
        let manifests = (try? FileManager.default.contentsOfDirectory(atPath: directory.path + "/manifests")) ?? []
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        for name in names + manifests.map({ "manifests/" + $0 }) where !isDirectory("\(path)/\(name)") {
            files[name] = [UInt8](try Data(contentsOf: directory.appending(path: name)))
        }
        return try LabSource(directory: path, name: directory.lastPathComponent, files: files)
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: root.appending(path: path).path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue
    }
}
