internal import Controllers
internal import Datapath
package import NetworkModel

/// The network that a lab's objects describe, as its daemon stored them last; the daemon need not run.
package enum WantedNetwork {
    /// - Throws: that there is no lab, or that its store cannot be read.
    package static func read(_ paths: LabPaths) throws(ControlFailure) -> NetworkState {
        do {
            guard let record = try LabRecord.load(paths), let source = record.source else {
                throw ControlFailure(.failed, "lab \"\(paths.lab)\" was not created to the end")
            }
            let files = try source.parsed()
            let cluster = try LabCluster(files, log: MemoryLog(try StoreFile(path: paths.store).contents()))
            return Datapath(cluster.network(LabSetting(files, instance: record.instance))).state
        } catch {
            throw ControlFailure(describing: error)
        }
    }
}
