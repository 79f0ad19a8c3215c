internal import LinuxKernel
internal import NetworkModel
package import NetworkPlanning

/// What stands of a lab whose daemon does not run: counted, not remembered.
package struct LabRemains: Hashable, Sendable {
    /// Namespaces that the journal has, and how many of them, or of any others with the lab's mark, stand.
    package var recorded: Int
    package var standing: Int
    package var containers: Int
    /// Whether the last change was carried to its end, as far as the journal knows.
    package var isSettled: Bool

    /// Looks at the journal, at the marks of all namespaces and at the containers' processes.
    package init(_ paths: LabPaths) throws(KernelError) {
        let record = try? FileJournal(path: paths.journal).load()
        let names = record.map { Set($0.owned.namespaces.keys) } ?? []
        let marked = try LinuxNetwork().markedNamespaces().filter { $0.value.lab == paths.lab }
        recorded = names.union(marked.keys).count
        standing = marked.count
        containers = NamespacedProcesses.runningCount(below: paths.containers)
        isSettled = record?.isSettled ?? marked.isEmpty
    }

    /// `4 of 6 namespaces stand, 1 containers run; its last change was cut short`.
    package var text: String {
        "\(standing) of \(recorded) namespaces stand, \(containers) containers run"
            + (isSettled ? "" : "; its last change was cut short")
    }
}
