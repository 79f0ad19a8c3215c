internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// A node's own /etc/hosts and /etc/resolv.conf, mounted over the host's for whatever runs on the node.
///
/// Docker's embedded resolver answers node names on a kind network; here every node's hosts file has all of them.
enum NodeFiles {
    static func write(_ nodes: [(name: String, address: IPAddress)], gateway: IPAddress, paths: LabPaths)
        throws(KernelError)
    {
        let names = nodes.map { "\($0.address)\t\($0.name)\n" }.joined()
        for node in nodes {
            try StateFile.makeDirectory("\(paths.directory)/nodes/\(node.name)")
            try StateFile.write(Array((fixedHosts + names).utf8), to: paths.hosts(ofNode: node.name), isShown: true)
            // What kind leaves in a node: docker's resolver behind the gateway. Nothing answers there in a lab.
            let resolv = "nameserver \(gateway)\noptions ndots:0\n"
            try StateFile.write(Array(resolv.utf8), to: paths.resolvConf(ofNode: node.name), isShown: true)
        }
        for stale in StateFile.list("\(paths.directory)/nodes") where !nodes.contains(where: { $0.name == stale }) {
            try StateFile.removeAll("\(paths.directory)/nodes/\(stale)")
        }
    }

    /// What docker writes into every container.
    private static let fixedHosts = """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        ff00::0\tip6-mcastprefix
        ff02::1\tip6-allnodes
        ff02::2\tip6-allrouters

        """
}
