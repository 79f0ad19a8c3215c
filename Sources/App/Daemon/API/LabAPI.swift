internal import APIServer
internal import Controllers
internal import FoundationEssentials
internal import KubernetesAPI
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import Logging
internal import NetworkModel
internal import NetworkPlanning
internal import PodLifecycle
internal import Synchronization

/// The lab's Kubernetes API in its daemon: where it listens, who it is, and what it serves.
///
/// Used by the engine alone; what clients ask comes in on the server's own threads, which never enter a namespace.
final class LabAPI {
    /// As kind v0.17 with this Kubernetes reports itself.
    private static let version = [
        "major": "1", "minor": "25", "gitVersion": "v1.25.3", "gitCommit": "434bfd82814af038ad94d62ebe59b133fcb50506",
        "gitTreeState": "clean", "buildDate": "2022-10-25T19:35:11Z", "goVersion": "go1.19.2", "compiler": "gc",
        "platform": "linux/\(HostFacts.architecture)",
    ]
    static let insidePort: UInt16 = 6443

    private let paths: LabPaths
    private let logger: Logger
    private let server: APIServer
    private let backend: EngineBackend
    private let certificates: LabCertificates
    /// On loopback.
    let port: Int
    private var served: (cluster: Cluster, admission: WorkloadAdmission)?
    private var identity: ServerIdentity?
    private var inside: (place: InsidePlace, listener: APIServer.ListenerID)?

    private struct ServerIdentity: Hashable {
        var names: [String]
        var addresses: [IPAddress]
    }

    /// Where it listens inside the lab.
    struct InsidePlace: Hashable {
        var namespace: NamespaceName
        /// Tells a namespace from a later one of the same name.
        var identity: NamespaceIdentity?
        var address: IPAddress
    }

    /// Makes the certificates, or reads those of an earlier daemon, and listens on loopback.
    ///
    /// - Parameter wanted: the port of an earlier daemon.
    /// - Throws: that neither can be had.
    init(
        _ paths: LabPaths, files: Lab, wanted: Int?, backend: EngineBackend, logger: Logger
    ) throws(ControlFailure) {
        self.paths = paths
        self.logger = logger
        self.backend = backend
        do {
            if let bytes = try StateFile.read(paths.certificates),
                let known = try? JSONDecoder().decode(LabCertificates.self, from: Data(bytes))
            {
                certificates = known
            } else {
                certificates = try LabCertificates(now: Date())
                try StateFile.write([UInt8](try JSONEncoder().encode(certificates)), to: paths.certificates)
            }
            server = APIServer(backend: backend)
            let identity = Self.identity(files)
            try Self.identify(server, certificates, identity)
            self.identity = identity
            port = try Self.listen(server, wanted)
            let address = "https://127.0.0.1:\(port)"
            try StateFile.write(
                Array(Kubeconfig(lab: paths.lab, server: address, certificates: certificates).text.utf8),
                to: paths.kubeconfig)
        } catch let error as KernelError {
            throw ControlFailure(error)
        } catch {
            throw ControlFailure(.environment, "the Kubernetes API cannot be served: \(error)")
        }
    }

    /// The port of before where it is free: a kubeconfig that was handed out stays good.
    private static func listen(_ server: APIServer, _ wanted: Int?) throws(APIServer.Failure) -> Int {
        if let wanted, let port = try? server.listen(address: "127.0.0.1", port: wanted) { return port }
        return try server.listen(address: "127.0.0.1", port: 0)
    }

    /// Serves a cluster's objects, under the names that the lab's files give.
    func serve(_ cluster: Cluster, files: Lab, access: HostAccess) {
        let wanted = Self.identity(files)
        if wanted != identity {
            do {
                try Self.identify(server, certificates, wanted)
                identity = wanted
            } catch {
                logger.error("the API's certificate cannot be renewed: \(error)")
            }
        }
        let admission = WorkloadAdmission(access: access)
        if served?.cluster === cluster, served?.admission == admission { return }
        if served?.cluster !== cluster { cluster.onChange { [server] in server.objectsWritten() } }
        served = (cluster, admission)
        backend.serve(cluster)
        server.serve(
            ClusterObjects(cluster: cluster, admission: admission), server: "127.0.0.1:\(port)", version: Self.version)
    }

    /// Listens at the control plane's address inside the lab, or no longer there. A failure is logged: the lab itself
    /// does not depend on it.
    func listenInside(_ wanted: InsidePlace?) {
        guard wanted != inside?.place else { return }
        leaveInside()
        guard let wanted else { return }
        do {
            let socket = try NamespaceListener.bind(
                in: wanted.namespace, address: wanted.address, port: Self.insidePort)
            inside = (wanted, try server.listen(adopting: socket))
        } catch {
            logger.error("the API cannot listen inside the lab: \(error)")
        }
    }

    /// Lets go of the namespace: a listener would keep it alive.
    func leaveInside() {
        if let inside { server.close(inside.listener) }
        inside = nil
    }

    func shutDown() { server.shutDown() }

    private static func identify(
        _ server: APIServer, _ certificates: LabCertificates, _ identity: ServerIdentity
    ) throws {
        let (certificate, key) = try certificates.server(
            names: identity.names, addresses: identity.addresses.map(\.bytes), now: Date())
        try server.identify(certificate: certificate, key: key, clientAuthority: certificates.authority)
    }

    /// As kubeadm's certificate has it: the service's names and address, the control plane, and the host's loopback.
    private static func identity(_ files: Lab) -> ServerIdentity {
        var names = [
            "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ]
        var addresses = [IPAddress("127.0.0.1"), LabCluster.firstServiceAddress(files)].compactMap { $0 }
        if let node = files.kind.nodes.first(where: { $0.role == .controlPlane })?.name {
            names.append(node)
            if let address = NodeAddresses(files)[node] { addresses.append(address) }
        }
        return ServerIdentity(names: names, addresses: addresses)
    }
}
