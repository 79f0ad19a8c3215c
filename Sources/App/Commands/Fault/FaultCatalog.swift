internal import Daemon
internal import LabFiles
internal import LinuxKernel

/// The faults that can be injected: files in `faults` beside the labs.
enum FaultCatalog {
    private static let suffix = ".yaml"

    /// `./labs/faults`, then that of NETLAB_LABS, then the installed one.
    private static var directories: [String] { LabSearch.directories.map { $0 + "/faults" } }

    /// The names of all faults, sorted.
    static var names: [String] {
        Set(
            directories.flatMap { (try? InputFile.names(in: $0)) ?? [] }
                .filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }.map { String($0.dropLast(suffix.count)) }
        ).sorted()
    }

    static func all() throws -> [Fault] { try names.map(find) }

    /// The fault of a name, or of a file when the word has a slash or ends with `.yaml`.
    ///
    /// - Throws: usage, for a word that names none, or after every problem of the file was printed.
    static func find(_ word: String) throws -> Fault {
        if word.contains("/") || word.hasSuffix(suffix) { return try read(word) }
        for directory in directories where PathKind(of: "\(directory)/\(word)\(suffix)") != .absent {
            return try read("\(directory)/\(word)\(suffix)")
        }
        let near = Fault.nearest(to: word, among: names)
        throw CommandFailure(
            .usage, "there is no fault \"\(word)\"" + (near.map { "; did you mean \($0)?" } ?? ""),
            advice: "`netlab fault list` shows them all")
    }

    private static func read(_ path: String) throws -> Fault {
        let bytes: [UInt8]
        do throws(InputFile.Failure) {
            bytes = try InputFile.read(path, limit: LabFiles.largestFile)
        } catch {
            throw CommandFailure(.usage, "\(path): \(LabLoading.words(for: error, wanted: "file").message)")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        do throws(LabProblems) {
            return try Fault.parse(
                LabFile(path: path, bytes: bytes),
                name: name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name)
        } catch {
            throw LabLoading.failure(error)
        }
    }
}
