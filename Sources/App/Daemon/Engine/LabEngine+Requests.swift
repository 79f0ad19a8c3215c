internal import Controllers
internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import LinuxKernel
internal import NetworkPlanning
internal import Reconciler
internal import ServiceProxy
internal import ServiceRouting
internal import Workloads

extension LabEngine {
    /// Carries a request out, telling `report` what happens on the way.
    ///
    /// - Throws: ``ControlFailure``.
    func handle(_ request: ControlRequest, report: @Sendable (ControlEvent) -> Void) async throws -> ControlReply {
        resume()
        if let part = request.faultPart { FaultPoint.enter(part) }
        switch request {
        case .create, .up, .installCNI, .apply:
            try restoreJournal()
            for notice in takeNotices() { report(.warning(notice)) }
        case .status, .objects, .services, .flows, .ping, .stop, .follow: break
        }
        switch request {
        case .create(let submitted):
            try createNodes(submitted, report)
            return .done
        case .up(let submitted, let options):
            return options.dryRun ? .plan(try plan(submitted, options)) : try await bringUp(submitted, options, report)
        case .installCNI(let values, let set):
            try installCNI(values, set, report)
            return .done
        case .apply(let files, let timeout):
            try await apply(files, timeout, report)
            return .done
        case .status: return .status(try status())
        case .objects(let resource): return .objects(try loaded().cluster.objects(resource))
        case .services:
            let proxy = try loaded().proxy
            let table = proxy.table
            var listing = ServiceListing(table)
            listing.changed = proxy.changedAt
            return .services(text: ServiceListText.render(table), table: listing)
        case .flows(let number):
            let (records, next) = try loaded().proxy.flows(from: number)
            return .flows(records, next: next)
        // Followers are served by the control service, which sees when they go.
        case .ping, .stop, .follow: return .done
        }
    }

    /// - Throws: that nothing was created yet.
    func loaded() throws(ControlFailure) -> LoadedLab {
        guard let lab else {
            if let resumeFailure { throw resumeFailure }
            throw ControlFailure(
                .failed, "lab \"\(paths.lab)\" was not created to the end", advice: "run `netlab up \(paths.lab)`")
        }
        return lab
    }

    /// Reads the submitted files; they become the lab's once they are found right.
    private func accept(
        _ submitted: SubmittedLab, repair: Bool? = nil, _ report: (ControlEvent) -> Void
    ) throws -> Lab {
        let files: Lab
        do throws(LabProblems) {
            files = try submitted.parsed()
        } catch {
            throw ControlFailure(error)
        }
        try load(files)
        record.source = submitted
        // With what these files may have, from now on.
        try serveAPI()
        setRepair(repair)
        try record.save(paths)
        return files
    }

    private func createNodes(_ submitted: SubmittedLab, _ report: (ControlEvent) -> Void) throws {
        let files = try accept(submitted, report)
        try phase("Preparing nodes " + String(repeating: "📦 ", count: files.kind.nodes.count), report) {
            try loaded().cluster.registerNodes(files)
            try settle()
        }
    }

    private func installCNI(_ values: [SourceFile], _ set: [String], _ report: (ControlEvent) -> Void) throws {
        guard let source = record.source else { throw ControlFailure(.failed, "create the lab first") }
        let own = values.isEmpty ? source.cilium.map { [$0] } ?? [] : values
        let (parsed, warnings): (CiliumValues, [Problem])
        do throws(LabProblems) {
            (parsed, warnings) = try LabFiles.cilium(files: own.map(\.file), set: set, for: lab?.files)
        } catch {
            throw ControlFailure(error)
        }
        for warning in warnings { report(.warning("\(warning)")) }
        try phase("Installing CNI 🔌", report) {
            try loaded().cluster.installCNI(parsed)
            try settle()
        }
        for warning in try loaded().datapath?.warnings ?? [] { report(.warning("\(warning)")) }
    }

    private func bringUp(
        _ submitted: SubmittedLab, _ options: UpOptions, _ report: @Sendable (ControlEvent) -> Void
    ) async throws -> ControlReply {
        let files = try accept(submitted, repair: options.repair, report)
        let cluster = try loaded().cluster
        try phase("Preparing nodes " + String(repeating: "📦 ", count: files.kind.nodes.count), report) {
            try cluster.registerNodes(files)
            // The CNI comes in the same plan: one look at the kernel instead of two.
            if let values = files.cilium { try cluster.installCNI(values) }
            try settle(prune: options.prune)
        }
        if files.cilium != nil { try phase("Installing CNI 🔌", report) {} }
        for warning in try loaded().datapath?.warnings ?? [] { report(.warning("\(warning)")) }
        if !files.manifests.isEmpty || !record.applied.isEmpty {
            try phase("Applying manifests 📜", report) {
                record.applied = try cluster.apply(files.manifests, previous: record.applied)
                try record.save(paths)
                try settle()
            }
        }
        if files.cilium == nil {
            report(.note("No CNI: the nodes stay NotReady until `netlab cni install \(paths.lab)`."))
        } else if !cluster.pods.isEmpty {
            report(.phase("Starting pods 🕹️"))
        }
        // The kernel is looked at while the pods start, and once more only if they changed the network.
        let looked = try loaded().network
        var network = try networkCheck()
        var ready = true
        if files.cilium != nil, !cluster.pods.isEmpty {
            ready = try await podsAreReady(timeout: options.timeout, report)
        }
        if try loaded().network != looked { network = try networkCheck() }
        return .verification(try await verification(network: network, patience: ready ? Self.doubt : 0))
    }

    /// Looks again for so many seconds while something is not right: the end of a container that a reboot or a signal
    /// took away may not have been noticed when its pod still counted as ready.
    private func verification(
        network: Verification.Check, patience: Double
    ) async throws(ControlFailure) -> Verification {
        let deadline = Clock.monotonic() + patience
        while true {
            let result = try verification(network: network)
            let now = Clock.monotonic()
            if result.passed || !network.passed || now >= deadline { return result }
            await nextChange(deadline: min(deadline, now + 0.1))
        }
    }

    /// Seconds for which pods that are ready, and do not answer, are given the benefit of it.
    private static var doubt: Double { 5 }

    private func apply(
        _ files: [SourceFile], _ timeout: Double, _ report: @Sendable (ControlEvent) -> Void
    ) async throws {
        let current = try loaded()
        try phase("Applying manifests 📜", report) {
            if files.isEmpty {
                record.applied = try current.cluster.apply(current.files.manifests, previous: record.applied)
                try record.save(paths)
            } else {
                let parsed: (manifests: [Manifest], warnings: [Problem])
                do throws(LabProblems) {
                    parsed = try LabFiles.manifests(files.map(\.file), access: record.source?.access ?? .confined)
                    let refused = Admission.problems(in: parsed.manifests)
                    guard refused.isEmpty else { throw LabProblems(refused) }
                } catch {
                    throw ControlFailure(error)
                }
                for warning in parsed.warnings { report(.warning("\(warning)")) }
                _ = try current.cluster.apply(parsed.manifests, previous: [])
            }
            try settle()
        }
        guard current.cluster.values != nil else {
            return report(.note("No CNI: pods wait until `netlab cni install \(paths.lab)`."))
        }
        report(.phase("Starting pods 🕹️"))
        if try await !podsAreReady(timeout: timeout, report) {
            throw ControlFailure(.failed, "some pods are not ready", advice: "look with `netlab pods -A`")
        }
    }

    /// Waits for the pods, and ends the phase that this is.
    private func podsAreReady(
        timeout: Double, _ report: @Sendable (ControlEvent) -> Void
    ) async throws(ControlFailure) -> Bool {
        do throws(ControlFailure) {
            let ready = try await waitForPods(deadline: Clock.monotonic() + timeout)
            report(.phaseEnded(succeeded: ready))
            return ready
        } catch {
            report(.phaseEnded(succeeded: false))
            throw error
        }
    }

    /// Waits until every pod that can become ready is; false at the deadline.
    ///
    /// - Throws: why news of pods can no longer be written down: waiting would not help.
    private func waitForPods(deadline: Double) async throws(ControlFailure) -> Bool {
        // What the objects say may be from before a crash or a reboot: first hear what became of the containers.
        workers?.settle()
        if !news.isEmpty { takeNews() }
        while let cluster = lab?.cluster {
            if cluster.workloadsAreReady { return true }
            if let failure = writeFailure, failure.times >= Self.patience { throw failure.cause }
            if Clock.monotonic() >= deadline { return false }
            await nextChange(deadline: deadline)
        }
        return false
    }

    /// Failures in a row, half a second apart, that are no passing want any more.
    private static var patience: Int { 4 }

    /// Runs a phase and reports how it ended.
    private func phase(_ text: String, _ report: (ControlEvent) -> Void, _ body: () throws -> Void) throws {
        report(.phase(text))
        do {
            try body()
            report(.phaseEnded(succeeded: true))
        } catch {
            report(.phaseEnded(succeeded: false))
            throw error
        }
    }

    /// What `up` would do to the running lab: its objects copied, the files applied to the copy, the kernel observed.
    private func plan(_ submitted: SubmittedLab, _ options: UpOptions) throws -> PlanReport {
        let files: Lab
        do throws(LabProblems) {
            files = try submitted.parsed()
        } catch {
            throw ControlFailure(error)
        }
        let copy = try LabCluster(files, log: MemoryLog(try StoreFile(path: paths.store).contents()))
        let wanted = try copy.simulatedUp(
            files, setting: LabSetting(files, instance: record.instance), applied: record.applied)
        let reconciler = Reconciler(
            mark: wanted.mark, kernel: network, journal: FileJournal(path: paths.journal))
        do throws(ReconcileError) {
            return PlanReport(try reconciler.plan(desired: Datapath(wanted).state, prune: options.prune))
        } catch {
            throw ControlFailure(error)
        }
    }
}

extension ControlRequest {
    /// Where tests count what the daemon changes for this request; nil for one that changes nothing.
    fileprivate var faultPart: String? {
        switch self {
        case .create: "create"
        case .up(_, let options): options.dryRun ? nil : "up"
        case .installCNI: "cni"
        case .apply: "apply"
        case .status, .objects, .services, .flows, .ping, .stop, .follow: nil
        }
    }
}

extension ServiceListing {
    init(_ table: ForwardingTable) {
        self.init(
            entries: table.entries.map { entry in
                Entry(
                    id: entry.id, frontend: "\(entry.frontend.address):\(entry.frontend.port)",
                    transport: entry.frontend.transport.rawValue, namespace: entry.namespace, service: entry.service,
                    backends: entry.backends.map {
                        Entry.Backend(
                            address: "\($0.address)", port: Int($0.port), state: $0.state.rawValue, pod: $0.pod)
                    })
            })
    }
}
