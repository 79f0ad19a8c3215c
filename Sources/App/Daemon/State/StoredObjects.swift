internal import Controllers
package import KubernetesModel

/// A lab's objects as its daemon stored them last: for those who look at a lab whose daemon does not run.
package struct StoredObjects {
    private let cluster: LabCluster

    /// Reads the store; writes nothing.
    ///
    /// - Throws: that there is no lab, or that its store cannot be read.
    package init(_ paths: LabPaths) throws(ControlFailure) {
        do {
            guard let source = try LabRecord.load(paths)?.source else {
                throw ControlFailure(.failed, "lab \"\(paths.lab)\" was not created to the end")
            }
            let log = MemoryLog(try StoreFile(path: paths.store).contents())
            cluster = try LabCluster(try source.parsed(), log: log)
        } catch {
            throw ControlFailure(describing: error)
        }
    }

    /// All objects of a resource by its plural.
    package func objects(_ resource: String) -> [AnyKubernetesObject] { cluster.objects(resource) }
}
