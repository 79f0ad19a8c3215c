import FoundationEssentials
package import LabFiles
internal import LinuxKernel
internal import NetworkPlanning

/// Reads labs from disk; what the files mean is for `LabFiles` to say.
package enum LabLoading {
    /// Where `scripts/install` puts the shipped labs: beside the program's own prefix, then the usual one.
    package static var installedDirectories: [String] {
        let executable = ProcessEnvironment.executable
        let prefix = executable.split(separator: "/").dropLast(2).joined(separator: "/")
        return ["/\(prefix)/share/netlab/labs", "/usr/local/share/netlab/labs"].reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    /// What finds labs below these directories.
    package static func locator(_ directories: [String]) -> LabLocator {
        LabLocator(directories: directories, files: Disk())
    }

    /// More files, or more bytes in all of them, are not a lab; each file's own limit is `LabFiles`'.
    private static let mostFiles = 500
    private static let mostBytes = 16 << 20

    /// Reads the files of a lab that was found.
    ///
    /// - Throws: `LabProblems` when a file cannot be read or there is no `kind.yaml`.
    package static func source(_ place: LabLocator.Place) throws(LabProblems) -> LabSource {
        switch place {
        case .kindConfig(let path): return LabSource(kindConfig: try file(path))
        case .directory(let path, let name):
            var inside = try names(in: path)
            if inside.contains("manifests") { inside += try names(in: path + "/manifests").map { "manifests/" + $0 } }
            let read = inside.filter { LabSource.isRead($0) }
            guard read.count <= mostFiles else {
                throw problem(path, "the lab has \(read.count) files", "at most \(mostFiles)")
            }
            // The names of the others are known too: one of them may be meant for kind.yaml.
            var files = Dictionary(inside.map { ($0, [UInt8]()) }) { first, _ in first }
            var total = 0
            for name in read {
                let bytes = try file(name, in: path).bytes
                total += bytes.count
                guard total <= mostBytes else {
                    throw problem(path, "the lab's files have more than \(mostBytes) bytes", "smaller files")
                }
                files[name] = bytes
            }
            return try LabSource(directory: path, name: name == "." ? workingDirectoryName : name, files: files)
        }
    }

    /// Reads one file, such as a `-f` value file.
    ///
    /// - Throws: `LabProblems` naming the file: not a regular file, too large, or the error of the system.
    package static func file(_ path: String) throws(LabProblems) -> LabFile {
        do throws(InputFile.Failure) {
            return LabFile(path: path, bytes: try InputFile.read(path, limit: LabFiles.largestFile))
        } catch {
            let (message, expected) = words(for: error, wanted: "file")
            throw problem(path, message, expected)
        }
    }

    private static func names(in directory: String) throws(LabProblems) -> [String] {
        do throws(InputFile.Failure) {
            return try InputFile.names(in: directory)
        } catch {
            let (message, expected) = words(for: error, wanted: "directory")
            throw problem(directory, message, expected)
        }
    }

    private static func problem(_ path: String, _ message: String, _ expected: String) -> LabProblems {
        LabProblems([Problem(at: SourcePlace(file: path), message, expected: expected)])
    }

    /// What is wrong with a file or a directory, and what would have been right.
    static func words(
        for failure: InputFile.Failure, wanted: String, limit: Int = LabFiles.largestFile
    ) -> (message: String, expected: String) {
        switch failure {
        case .absent: ("there is no such \(wanted)", "a \(wanted == "file" ? "regular file" : wanted)")
        case .danglingLink where wanted == "directory": ("this is not a directory", "a directory")
        case .danglingLink: ("the link leads to a file that does not exist", "a regular file")
        case .linkLoop: ("the symbolic links lead round in a circle", "a regular file")
        case .leadsOut:
            ("it is a symbolic link that leads out of the lab's directory", "a file of the directory itself")
        case .notRegular(let what): ("this is \(what)", "a regular file")
        case .tooLarge(let bytes): ("the file has \(bytes) bytes or more", "at most \(limit)")
        case .unreadable(let reason): ("the \(wanted) cannot be read: \(reason)", "a \(wanted) this user may read")
        }
    }

    /// Reads one file of a lab's directory.
    ///
    /// - Throws: as ``file(_:)``, and for a link out of the directory.
    private static func file(_ name: String, in directory: String) throws(LabProblems) -> LabFile {
        let path = "\(directory)/\(name)"
        do throws(InputFile.Failure) {
            return LabFile(path: path, bytes: try InputFile.read(name, in: directory, limit: LabFiles.largestFile))
        } catch {
            let (message, expected) = words(for: error, wanted: "file")
            throw problem(path, message, expected)
        }
    }

    private static var workingDirectoryName: String {
        FileManager.default.currentDirectoryPath.split(separator: "/").last.map(String.init) ?? "lab"
    }
}

/// The real file system.
private struct Disk: FileLister {
    func isDirectory(_ path: String) -> Bool { type(of: path) == .typeDirectory }

    func isFile(_ path: String) -> Bool { type(of: path) == .typeRegular }

    func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    private func type(of path: String) -> FileAttributeType? {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: resolved))?[.type] as? FileAttributeType
    }
}
