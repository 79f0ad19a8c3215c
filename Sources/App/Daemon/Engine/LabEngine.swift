internal import ClusterState
internal import Controllers
internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import Logging
internal import NetworkModel
internal import NetworkPlanning
internal import PodLifecycle
internal import Reconciler
internal import ServiceProxy
internal import ServiceRouting
internal import Workloads

/// A lab at work: objects in, namespaces, routes, processes and listeners out, over and over until nothing changes.
///
/// One actor, so that everything happens in one order. Its calls into the kernel block for milliseconds at most, and
/// none of its threads ever enters a namespace: the kernel layer does that on threads of its own.
actor LabEngine {
    let paths: LabPaths
    let logger: Logger
    let runtime: NamespacedProcesses
    let plane: RelayDataPlane
    let proxyWatch: ProxyWatch
    let network = LinuxNetwork()
    let startedAt = Clock.monotonic()
    var record: LabRecord
    /// nil until the first `create` or `up`.
    var lab: LoadedLab?
    var workers: PodWorkers?
    /// nil until the lab's files are known.
    var api: LabAPI?
    /// What the workers said of pods and is still to be taken up.
    let news = PodNews()
    /// Resumed after every change, by whoever waits for the lab to get somewhere.
    var waiters: [CheckedContinuation<Void, Never>] = []
    /// Why news of pods could not be acted upon, and how often in a row; nil when all is as the workers say.
    var writeFailure: (cause: ControlFailure, times: Int)?
    /// Whether the proxy, which could not listen everywhere, will be asked again.
    var isProxyRetryDue = false
    /// When the controllers are run next though nothing has changed.
    var alarm = Alarm()
    /// Hears what the kernel announces; nil when that cannot be had.
    var watch: NetworkWatch?
    let signal = NetworkSignal()
    var drift: DriftWatch
    /// Whether a look for drift waits for its time.
    var isLookDue = false
    var hasToldOfWatch = false
    /// Who is told of drift, by a running number.
    var followers: [Int: AsyncStream<DriftNote>.Continuation] = [:]
    var nextFollower = 0
    private var isResumed = false
    /// Why what an earlier daemon left could not be taken up; nil when it could, or nothing was left.
    private(set) var resumeFailure: ControlFailure?

    var notices: [String] = [] {
        didSet { for notice in notices.dropFirst(oldValue.count) { logger.warning("\(notice)") } }
    }

    /// What exists once a lab's files are known.
    struct LoadedLab {
        var files: Lab
        var setting: LabSetting
        var cluster: LabCluster
        var proxy: ServiceProxy
        var reconciler: Reconciler
        /// The network that is in force, and what follows from it.
        var network: ClusterNetwork?
        var datapath: Datapath?
        /// What went wrong the last time the network was brought about; nil when it stands.
        var networkError: String?
        var proxyError: String?
    }

    /// - Throws: that the state directory cannot be read or is of another version, that a thread cannot be had.
    init(paths: LabPaths, logger: Logger) throws {
        self.paths = paths
        self.logger = logger
        record = try LabRecord.load(paths) ?? LabRecord(instance: Self.newInstance())
        drift = DriftWatch(isRepairing: record.repair == true)
        record.daemon = ProcessIdentity(current: ProcessEnvironment.processID)
        try record.save(paths)
        try NamespacedProcesses.endUnrecorded(below: paths.containers)
        runtime = try NamespacedProcesses(root: paths.containers)
        let affinity = AffinityFile(path: paths.affinity)
        plane = try RelayDataPlane(affinity: affinity.load())
        proxyWatch = ProxyWatch(file: affinity, logger: logger)
        try proxyWatch.follow(plane)
    }

    /// Takes up what an earlier daemon left: objects, namespaces, running containers. Does nothing the second time.
    func resume() {
        guard !isResumed else { return }
        isResumed = true
        watchNetwork()
        guard let source = record.source else { return }
        do {
            try load(try source.parsed())
            try restoreJournal()
            try settle()
            logger.info("resumed", metadata: ["pods": "\(lab?.cluster.pods.count ?? 0)"])
        } catch {
            logger.error("cannot resume: \(error)")
            resumeFailure = ControlFailure(describing: error)
        }
    }

    /// Stops serving. Pods and namespaces stay.
    func shutDown() {
        watch?.close()
        alarm.silence()
        for follower in followers.values { follower.finish() }
        let affinity = plane.affinity
        if !affinity.isEmpty { proxyWatch.keep(affinity) }
        api?.shutDown()
        lab?.proxy.shutDown()
        plane.shutDown()
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    /// Makes the parts of the engine that need to know the lab, or gives the existing ones its new files.
    func load(_ files: Lab) throws {
        let setting = LabSetting(files, instance: record.instance)
        if let path = setting.returnPath, path != lab?.setting.returnPath { try path.checkKernel() }
        if lab != nil {
            lab?.files = files
            lab?.setting = setting
            try lab?.cluster.use(files)
            lab?.network = nil
            try serveAPI()
            return
        }
        let cluster = try openCluster(files)
        try cluster.doubtReadiness(running: runningContainers())
        resumeFailure = nil
        lab = LoadedLab(
            files: files, setting: setting, cluster: cluster,
            proxy: ServiceProxy(
                dataPlane: plane,
                resuming: ForwardingTable(
                    selection: files.options.proxy.mode == .random ? .random : .roundRobin,
                    noEndpoints: files.options.proxy.noEndpoints == .reject ? .reject : .timeout),
                now: Clock.wall),
            reconciler: Reconciler(
                mark: OwnershipMark(lab: files.name, instance: record.instance), kernel: network,
                journal: FileJournal(path: paths.journal)))
        let workers = PodWorkers(
            runtime: runtime, logDirectory: paths.containers, starts: .threads(FaultPoint.isActive ? 1 : 8)
        ) { [weak self, news] update in
            // One task for all that has come meanwhile: a task each would let a later status overtake an earlier one.
            guard news.add(update) else { return }
            Task { await self?.takeNews() }
        }
        workers.removeContainers(exceptOf: Set(cluster.pods.map(\.uid)))
        self.workers = workers
        try serveAPI()
    }

    /// - Throws: ``ControlFailure`` saying what is wrong with the stored objects.
    private func openCluster(_ files: Lab) throws -> LabCluster {
        do {
            let cluster = try LabCluster(files, log: StoreFile(path: paths.store))
            if cluster.hasDroppedTornRecord {
                notices.append(
                    "the last write to \(paths.store) was cut short and is dropped; it had not been acknowledged")
            }
            return cluster
        } catch StoreError.corrupt(let offset) {
            throw ControlFailure(
                .failed, "\(paths.store) is damaged at byte \(offset): the lab's objects cannot be read from it",
                advice: "nothing was changed; put the file back, or `netlab down \(paths.lab)` and up again")
        }
    }

    /// Has the API serve the lab as it is now; begins to serve at the first call.
    func serveAPI() throws(ControlFailure) {
        guard let lab else { return }
        if api == nil {
            let backend = EngineBackend(paths, runtime: runtime) { [weak self] in await self?.settleUnasked() }
            let api = try LabAPI(
                paths, files: lab.files, wanted: record.apiPort, backend: backend, logger: logger)
            self.api = api
            record.apiPort = api.port
        }
        api?.serve(lab.cluster.cluster, files: lab.files, access: record.source?.access ?? .confined)
    }

    /// What is to be told at the next chance; also written to the log.
    func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    /// By pod uid, the names of the containers that run.
    private func runningContainers() -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for id in runtime.list() {
            guard case .running = runtime.status(id) else { continue }
            result[id.podUID, default: []].insert(id.container)
        }
        return result
    }

    /// Eight hexadecimal digits that tell this creation of the lab from every other.
    private static func newInstance() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
