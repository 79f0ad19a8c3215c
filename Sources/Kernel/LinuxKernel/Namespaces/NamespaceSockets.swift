internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// The kept rtnetlink socket of each namespace, opened at first need.
///
/// A kept socket keeps its namespace alive, so it is valid for one identity only: when the name has come to mean
/// another namespace, or nothing, the socket is closed. At most ``capacity`` are kept; past that the quarter that has
/// gone unused the longest is closed.
final class NamespaceSockets {
    private struct Entry {
        var identity: NamespaceIdentity
        var socket: NetlinkSocket
        var lastUse: UInt64
    }

    private var entries: [NamespaceName: Entry] = [:]
    private var clock: UInt64 = 0
    private let capacity: Int

    /// - Parameter capacity: half the process's limit of descriptors by default; the rest is the proxy's and the pods'.
    init(capacity: Int? = nil) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        self.capacity = capacity ?? max(16, Int(clamping: limit.rlim_cur) / 2)
    }

    /// The socket of a namespace.
    ///
    /// - Throws: `.notFound` when the namespace does not exist.
    func socket(of name: NamespaceName) throws(KernelError) -> NetlinkSocket {
        if let kept = kept(name) { return kept }
        let open = try OpenNamespace(name)
        let socket = try NamespaceThread.run(inNamespace: open.descriptor.rawValue) { () throws(KernelError) in
            try NetlinkSocket()
        }
        keep(socket, of: name, NamespaceFile.identity(of: open.descriptor.rawValue))
        return socket
    }

    /// The kept socket, when it is still of the namespace with this name.
    func kept(_ name: NamespaceName) -> NetlinkSocket? {
        guard let entry = entries[name] else { return nil }
        guard NamespaceFile.identity(of: name) == entry.identity else {
            entries[name] = nil
            return nil
        }
        clock += 1
        entries[name]?.lastUse = clock
        return entry.socket
    }

    func keep(_ socket: NetlinkSocket, of name: NamespaceName, _ identity: NamespaceIdentity?) {
        guard let identity else { return }
        if entries.count >= capacity { evict() }
        clock += 1
        entries[name] = Entry(identity: identity, socket: socket, lastUse: clock)
    }

    func drop(_ name: NamespaceName) { entries[name] = nil }

    func dropAll() { entries = [:] }

    private func evict() {
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 4))
        for entry in oldest { entries[entry.key] = nil }
    }
}
