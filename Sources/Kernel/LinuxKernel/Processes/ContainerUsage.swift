internal import Glibc
package import PodLifecycle
internal import Preflight

/// What the processes of a container have used, from /proc.
package struct ContainerUsage: Hashable, Sendable {
    /// Seconds of processor time, user and system, of the processes that are there now.
    package var processorSeconds: Double
    /// Bytes of memory that are in use by them.
    package var residentBytes: Int64

    /// nil for a container that does not run.
    ///
    /// - Parameter root: the containers' directory of the lab.
    package init?(of id: ContainerID, below root: String) {
        guard let directory = ContainerDirectory(root: root, id: id), let first = directory.processes()?.first,
            first.exists, let space = NamespaceIdentity(path: "/proc/\(first.pid)/ns/pid"),
            let pids = try? DirectoryListing.names(in: "/proc").compactMap({ Int32($0) })
        else { return nil }
        processorSeconds = 0
        residentBytes = 0
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        for pid in pids where NamespaceIdentity(path: "/proc/\(pid)/ns/pid") == space {
            guard case .known(let text) = ProcFile.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
                continue
            }
            // Behind the name, which may hold anything: state is field 3 (proc(5)).
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 21 else { continue }
            processorSeconds += ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / ticks
            residentBytes += (Int64(fields[21]) ?? 0) * page
        }
    }
}
