package import NetworkModel
package import NetworkPlanning

/// Which processes live in which namespace: for `netlab ps`, and for finding what keeps a lab from going away.
package enum NamespaceProcesses {
    /// The processes in each of these namespaces, by ascending pid; namespaces without any are absent.
    ///
    /// A process counts where its main thread is: the inode behind /proc/PID/ns/net. Other users' processes are seen by
    /// root only; one that ends meanwhile is left out.
    ///
    /// - Throws: that /proc cannot be read.
    package static func find(in names: [NamespaceName]) throws(KernelError) -> [NamespaceName: [Int32]] {
        var wanted: [NamespaceIdentity: NamespaceName] = [:]
        for name in names {
            if let identity = NamespaceFile.identity(of: name) { wanted[identity] = name }
        }
        var found: [NamespaceName: [Int32]] = [:]
        for (identity, pids) in try find(in: Set(wanted.keys)) {
            if let name = wanted[identity] { found[name] = pids }
        }
        return found
    }

    /// ``find(in:)-([NamespaceName])`` for namespaces whose names may be gone already.
    package static func find(in identities: Set<NamespaceIdentity>) throws(KernelError) -> [NamespaceIdentity: [Int32]]
    {
        var found: [NamespaceIdentity: [Int32]] = [:]
        for pid in try DirectoryListing.names(in: "/proc").compactMap({ Int32($0) }) {
            guard let identity = NamespaceIdentity(path: "/proc/\(pid)/ns/net") else { continue }
            if identities.contains(identity) { found[identity, default: []].append(pid) }
        }
        return found.mapValues { $0.sorted() }
    }
}
