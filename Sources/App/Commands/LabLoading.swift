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

    /// Reads the files of a lab that was found.
    ///
    /// - Throws: `LabProblems` when a file cannot be read or there is no `kind.yaml`.
    package static func source(_ place: LabLocator.Place) throws(LabProblems) -> LabSource {
        switch place {
        case .kindConfig(let path): return LabSource(kindConfig: try file(path))
        case .directory(let path, let name):
            let disk = Disk()
            var files: [String: [UInt8]] = [:]
            let inside = disk.names(in: path) + disk.names(in: path + "/manifests").map { "manifests/" + $0 }
            for name in inside {
                // The names of the others are known too: one of them may be meant for kind.yaml.
                files[name] = LabSource.isRead(name) ? try file(name, in: path).bytes : []
            }
            return try LabSource(directory: path, name: name == "." ? workingDirectoryName : name, files: files)
        }
    }

    /// Reads one file, such as a `-f` value file.
    ///
    /// - Throws: `LabProblems` naming the file: not a regular file, too large, or the error of the system.
    package static func file(_ path: String) throws(LabProblems) -> LabFile {
        func failure(_ message: String, _ expected: String) -> LabProblems {
            LabProblems([Problem(at: SourcePlace(file: path), message, expected: expected)])
        }
        guard Disk().isFile(path) else { throw failure("there is no such file", "a regular file") }
        do throws(any Error) {
            return LabFile(path: path, bytes: [UInt8](try Data(contentsOf: URL(filePath: path))))
        } catch {
            throw failure("the file cannot be read: \(error)", "a readable file")
        }
    }

    /// Reads one file of a lab's directory.
    ///
    /// - Throws: `LabProblems` naming the file: not a regular file, a link out of the directory, or the system's error.
    private static func file(_ name: String, in directory: String) throws(LabProblems) -> LabFile {
        let path = "\(directory)/\(name)"
        do throws(KernelError) {
            let bytes = try LabDirectoryFile.read(name, in: directory, limit: LabFiles.largestFile)
            return LabFile(path: path, bytes: bytes)
        } catch {
            let message: (String, String) =
                switch error.code {
                case .notPermitted where error.errno == 0: (error.detail, "a file of the directory itself")
                case .invalid: (error.detail, "a regular file")
                default: ("the file cannot be read: \(error.detail)", "a readable file")
                }
            throw LabProblems([Problem(at: SourcePlace(file: path), message.0, expected: message.1)])
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
