import Foundation

/// A point that a counting run passed: `up/17`, and what was being done there.
struct FaultPlace: Hashable, CustomStringConvertible {
    var place: String
    var name: String

    var part: String { String(place.prefix { $0 != "/" }) }
    var description: String { "\(place) (\(name))" }

    /// The errno values that such a call may really answer, for tests that inject them in turn.
    var errnos: [(name: String, text: String)] {
        let memory = ("ENOMEM", "Cannot allocate memory")
        let rights = ("EPERM", "Operation not permitted")
        let busy = ("EBUSY", "Device or resource busy")
        let disk = [("ENOSPC", "No space left on device"), ("EIO", "Input/output error")]
        switch name.split(separator: " ").first {
        case "write", "rename", "append", "open": return disk
        case "make": return name.contains("namespace") ? [memory, disk[0], rights] : disk
        case "bind", "mount", "unmount", "share": return [memory, busy, rights]
        case "remove" where name.contains(" /"): return [rights, busy, disk[1]]
        case "start", "fork", "listen": return [memory]
        case "send": return [rights]
        default: return [memory, rights, busy, ("EEXIST", "File exists")]
        }
    }
}

/// The file that NETLAB_FAULT's `count:` writes, in a directory of its own: a daemon that is still there when the
/// directory goes cannot make the file anew.
struct FaultRecord {
    private let directory = NSTemporaryDirectory() + "/netlab-fault-\(UUID().uuidString)"
    private var path: String { directory + "/passed" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    /// `count:` for this file, with the other rules.
    func rules(_ others: String...) -> [String: String?] {
        ["NETLAB_FAULT": (["count:\(path)"] + others).joined(separator: ",")]
    }

    private var lines: [Substring] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n")
    }

    /// Each point that was passed, in order.
    var places: [FaultPlace] {
        lines.filter { !$0.hasPrefix("! ") }.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            return words.count == 2 ? FaultPlace(place: words[0], name: words[1]) : nil
        }
    }

    /// Whether the fault that was asked for came.
    var hasFired: Bool { lines.contains { $0.hasPrefix("! ") } }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
