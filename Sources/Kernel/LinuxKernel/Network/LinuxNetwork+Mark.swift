internal import CLinux
internal import Glibc
package import NetworkModel
internal import NetworkPlanning

extension LinuxNetwork {
    /// The mark of the network namespace that a process is in, which needs no name; nil when it carries none.
    package func mark(ofProcess pid: Int32) -> OwnershipMark? {
        let file = FileDescriptor(owning: open("/proc/\(pid)/ns/net", O_RDONLY | O_CLOEXEC))
        guard file.rawValue >= 0 else { return nil }
        let loopback = try? NamespaceThread.run(inNamespace: file.rawValue) { () throws(KernelError) in
            try LinkDump.one(index: 1, try NetlinkSocket(), NetlinkExchange())
        }
        return loopback?.link.alias.flatMap { OwnershipMark(text: $0) }
    }
}
