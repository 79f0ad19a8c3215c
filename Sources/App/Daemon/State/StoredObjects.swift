internal import Controllers
internal import Datapath
package import KubernetesModel
package import NetworkModel

/// A lab's objects as its daemon stored them last: for those who look at a lab whose daemon does not run.
package struct StoredObjects {
    private let cluster: LabCluster
    private let setting: LabSetting

    /// Reads the store; writes nothing.
    ///
    /// - Throws: that there is no lab, or that its store cannot be read.
    package init(_ paths: LabPaths) throws(ControlFailure) {
        do {
            guard let record = try LabRecord.load(paths), let source = record.source else {
                throw ControlFailure(.failed, "lab \"\(paths.lab)\" was not created to the end")
            }
            let log = MemoryLog(try StoreFile(path: paths.store).contents())
            let files = try source.parsed()
            cluster = try LabCluster(files, log: log)
            setting = LabSetting(files, instance: record.instance)
        } catch {
            throw ControlFailure(describing: error)
        }
    }

    /// All objects of a resource by its plural.
    package func objects(_ resource: String) -> [AnyKubernetesObject] { cluster.objects(resource) }

    /// The network that they describe: what the lab should be.
    package var network: NetworkState { Datapath(cluster.network(setting)).state }
}
