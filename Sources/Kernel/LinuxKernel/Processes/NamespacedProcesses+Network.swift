internal import Glibc
package import NetworkModel
internal import NetworkPlanning
package import PodLifecycle
internal import Synchronization

extension NamespacedProcesses {
    /// Ends containers that run in another network namespace than the one that has the name they were started with.
    ///
    /// Somebody took the name away and it was made again: nothing reaches a process that stayed in the old one. Their
    /// ends have been reported when this returns, so that they are started again like any other container that ended.
    ///
    /// - Returns: the containers that were ended.
    @discardableResult
    package func endMisplaced(from names: Set<NamespaceName>) throws(ContainerRuntimeError) -> [ContainerID] {
        var misplaced: [ContainerID] = []
        do throws(KernelError) {
            for id in list() {
                guard let record = records.withLock({ $0[id] }), record.ended == nil,
                    let network = try? directory(of: id).spec().network, names.contains(network),
                    let wanted = NamespaceFile.identity(of: network),
                    NamespaceIdentity(path: "/proc/\(record.processes.shim.pid)/ns/net") != wanted
                else { continue }
                try end(record.processes)
                ended(id)
                misplaced.append(id)
            }
        } catch {
            throw ContainerRuntimeError(error)
        }
        return misplaced
    }
}
