internal import CLinux
internal import Glibc
package import NetworkModel

/// What stands under a name in /run/netns.
///
/// Other programs put things there too: containers' namespaces bound by hand, links to /proc/PID/ns/net, files that
/// were left when a mount went away. A name alone says nothing about whose they are.
package enum NamespaceEntry: Hashable, Sendable {
    case absent
    /// The mount of a living network namespace, which is what `ip netns add` and netlab make.
    case namespace
    /// A file without content and without a mount: what is there between the making of a name and of its mount, and
    /// what stays of one whose mount is gone.
    case emptyFile
    /// Anything else, in words: `a symbolic link`, `the mount of something that is no network namespace`.
    case other(String)

    /// Looks, not following a symbolic link.
    package init(_ name: NamespaceName) {
        let path = NamespaceFile.path(of: name)
        switch PathKind(of: path) {
        case .absent: self = .absent
        case .file: self = Self.file(path)
        case let kind: self = .other(kind.description)
        }
    }

    private static func file(_ path: String) -> NamespaceEntry {
        let descriptor = FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK))
        var facts = stat()
        guard descriptor.rawValue >= 0, fstat(descriptor.rawValue, &facts) == 0 else {
            return .other("a file that cannot be opened")
        }
        if NamespaceFile.isNetwork(descriptor.rawValue) { return .namespace }
        if !MountPoints.at(orBelow: path).isEmpty {
            return .other("the mount of something that is no network namespace")
        }
        return facts.st_size == 0 ? .emptyFile : .other("a file with content")
    }
}

extension NamespaceFile {
    /// Whether the descriptor is of a network namespace, and not of one of another kind, a UTS namespace for example.
    static func isNetwork(_ descriptor: Int32) -> Bool {
        isNamespace(descriptor) && ioctl(descriptor, Self.getType) == CLONE_NEWNET
    }

    /// NS_GET_NSTYPE of linux/nsfs.h, `_IO(0xb7, 3)`: a macro Swift does not see.
    private static let getType = UInt(0xb703)
}
