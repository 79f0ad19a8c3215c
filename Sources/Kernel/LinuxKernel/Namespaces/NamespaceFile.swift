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
}
