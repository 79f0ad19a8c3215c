package import NetworkModel

/// What a lab asks of the machine, in numbers and features.
package struct LabNeeds: Hashable, Sendable {
    /// nil: no lab in particular.
    package var lab: String?
    package var nodes: Int
    package var pods: Int
    /// Containers of all pods, init containers included.
    package var containers: Int
    /// TCP and UDP ports of Services with a ClusterIP: a listener each, on every node.
    package var servicePorts: Int
    /// Those that not every lab needs.
    package var features: Set<KernelFeature>
    /// The nodes' subnet.
    package var subnet: IPPrefix

    package init(
        lab: String? = nil, nodes: Int = 1, pods: Int = 0, containers: Int? = nil, servicePorts: Int = 1,
        features: Set<KernelFeature> = [], subnet: IPPrefix = IPPrefix(IPAddress(172, 18, 0, 0), 16)
    ) {
        self.lab = lab
        self.nodes = nodes
        self.pods = pods
        self.containers = containers ?? pods
        self.servicePorts = servicePorts
        self.features = features
        self.subnet = subnet
    }

    /// No lab in particular: the smallest must be possible.
    package static let general = LabNeeds()

    /// What should go without trouble: the lab itself, or for none in particular one of 20 nodes and 100 pods.
    package var comfortable: LabNeeds {
        lab == nil ? LabNeeds(nodes: 20, pods: 100, servicePorts: 20, subnet: subnet) : self
    }

    package var size: LabSize? {
        lab.map { LabSize(name: $0, nodes: nodes, pods: pods, namespaces: networkNamespaces) }
    }

    /// In words, for what was found: `three-node needs`, `20 nodes with 100 pods need`.
    package var phrase: String { lab.map { "\($0) needs" } ?? "20 nodes with 100 pods need" }

    // MARK: What that makes. Counted on running labs; a `command` with many threads or files takes more.

    /// The fabric, nodes and pods.
    package var networkNamespaces: Int { 1 + nodes + pods }

    /// Threads: the daemon's 26 and those of the command that starts it; a container's shim has one, its program two.
    package var threads: Int { 40 + 3 * containers }

    /// Descriptors of the daemon: two netlink sockets, one that asks and one that listens, and at times the namespace's
    /// file for each namespace, a listener for each Service port on each node, a pidfd and at times a probe's socket for each container.
    package var descriptors: Int { 40 + 3 * networkNamespaces + servicePorts * nodes + 2 * containers }

    /// Entries of the ARP caches when every node talks to every other: the kernel counts them over all namespaces.
    package var neighbours: Int { nodes * nodes + 2 * pods }

    /// Bytes: the daemon, a container's shim and built-in server, and the kernel's own for a namespace with its links.
    package var memory: Int { (48 + 12 * containers + networkNamespaces) << 20 }

    /// Bytes of state under /run/netlab: objects, journal, and a container's files and log.
    package var stateBytes: Int { (1 << 20) + (64 << 10) * (nodes + containers) }
}
