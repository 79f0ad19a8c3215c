internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// What stands at a path, not following a symbolic link.
package enum PathKind: Hashable, Sendable, CustomStringConvertible {
    case absent
    case directory
    case file
    case symbolicLink
    /// A device, a socket or a named pipe.
    case special

    /// Looks; what cannot be looked at counts as absent.
    package init(of path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            self = .absent
            return
        }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR: self = .directory
        case S_IFREG: self = .file
        case S_IFLNK: self = .symbolicLink
        default: self = .special
        }
    }

    /// In words, for a message: `a symbolic link`.
    package var description: String {
        switch self {
        case .absent: "nothing"
        case .directory: "a directory"
        case .file: "a file"
        case .symbolicLink: "a symbolic link"
        case .special: "a device, socket or pipe"
        }
    }

    /// Why nothing can be written into a directory, such as `Read-only file system`; nil when one can.
    package static func refusalToWrite(into directory: String) -> String? {
        do throws(SystemCall.Failure) {
            try SystemCall.check { access(directory, W_OK) }
            return nil
        } catch {
            return KernelError.text(for: error.errno)
        }
    }
}

/// The mounts this process sees.
package enum MountPoints {
    /// Where something is mounted at the path or below it, sorted.
    package static func at(orBelow path: String) -> [String] {
        all().filter { $0 == path || $0.hasPrefix(path + "/") }.sorted()
    }

    /// Field 5 of /proc/self/mountinfo. Blanks stand there as `\040`, which no path of netlab's has.
    private static func all() -> [String] {
        guard let bytes = try? StateFile.read("/proc/self/mountinfo") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            return fields.count > 4 ? String(fields[4]) : nil
        }
    }
}
