internal import CLinux
internal import Glibc
package import NetworkModel
package import NetworkPlanning

/// Where named namespaces stand, as iproute2 has it.
package enum NamespaceFile {
    package static let directory = "/run/netns"

    package static func path(of name: NamespaceName) -> String { "\(directory)/\(name.rawValue)" }

    /// Opens a named namespace.
    ///
    /// - Throws: `.notFound` when there is none, `.invalid` when the file is a leftover that names no namespace.
    package static func open(_ name: NamespaceName) throws(KernelError) -> FileDescriptor {
        let path = path(of: name)
        let descriptor: FileDescriptor
        do throws(SystemCall.Failure) {
            descriptor = FileDescriptor(owning: try SystemCall.check { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
        } catch {
            throw KernelError(errno: error.errno, "open namespace \(name)")
        }
        guard isNamespace(descriptor.rawValue) else {
            throw KernelError(.invalid, "open namespace \(name)", detail: "\(path) is not a namespace")
        }
        return descriptor
    }

    /// Whether the descriptor is of the namespace file system rather than of an empty mount point.
    package static func isNamespace(_ descriptor: Int32) -> Bool {
        var facts = statfs()
        return fstatfs(descriptor, &facts) == 0 && UInt64(bitPattern: Int64(facts.f_type)) == 0x6e73_6673
    }

    /// What makes a namespace itself and not only the name: the inode its file shows, nil when there is no file.
    ///
    /// A file that names no namespace has an identity too; ``open(_:)`` tells them apart.
    package static func identity(of name: NamespaceName) -> NamespaceIdentity? {
        NamespaceIdentity(path: path(of: name))
    }

    /// The identity of an open namespace, or of any other open file.
    package static func identity(of descriptor: Int32) -> NamespaceIdentity? {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 ? NamespaceIdentity(facts) : nil
    }
}

/// A namespace's place in the nsfs: equal for two files exactly when they name the same living namespace.
package struct NamespaceIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// The identity behind a path, such as /proc/PID/ns/net; nil when there is no such file.
    init?(path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        self.init(facts)
    }

    fileprivate init(_ facts: stat) {
        self.init(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
    }
}

/// An open namespace file that can be kept in collections.
final class OpenNamespace: Sendable {
    let name: NamespaceName
    let descriptor: FileDescriptor
    /// The namespace's number in the nsfs; 0 when it cannot be read.
    let inode: UInt64

    init(_ name: NamespaceName) throws(KernelError) {
        self.name = name
        descriptor = try NamespaceFile.open(name)
        inode = NamespaceFile.identity(of: descriptor.rawValue)?.inode ?? 0
    }
}
