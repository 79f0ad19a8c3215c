internal import Checks
internal import Daemon
internal import Faults
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// A lab that faults are injected into and taken from.
struct FaultyLab {
    let running: RunningLab
    private let network = LinuxNetwork()

    init(_ running: RunningLab) { self.running = running }

    /// What is injected now, oldest first.
    func injected() throws -> [InjectedFault] { try FaultFile(running.paths).load() }

    /// Whether anything of it is still there: somebody else may have repaired it.
    func isHealed(_ fault: InjectedFault) throws -> Bool {
        defer { network.forget() }
        let isRunning = (try? running.ask(.ping)) != nil
        return try fault.change.undo(network.observe(fault.change)).isEmpty && (isRunning || !fault.stoppedDaemon)
    }

    /// Injects a fault. What undoes it is written down first.
    func inject(_ fault: Fault, on node: String?) throws -> InjectedFault {
        let file = FaultFile(running.paths)
        if try file.load().contains(where: { $0.name == fault.name }) {
            throw CommandFailure(
                .failed, "\(fault.name) is injected already",
                advice: "`netlab fault repair \(fault.name)` takes it away")
        }
        let inventory = try LabView(running).inventory()
        defer { network.forget() }
        let sysctls = FaultInjection.sysctls(of: fault)
        let now = try network.observe(inventory.namespaces, sysctls: sysctls)
        let cast: FaultCast
        do throws(FaultRefusal) {
            cast = try FaultCast(in: inventory, now, on: node)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        let injection: FaultInjection
        var record: InjectedFault
        do throws(FaultRefusal) {
            injection = try FaultInjection(fault, cast, on: now)
            func part(_ state: NetworkState) -> NetworkState {
                NetworkState(namespaces: state.namespaces.filter { injection.namespaces.contains($0.key) })
            }
            var expected = now
            for step in injection.steps { expected.apply(step) }
            record = InjectedFault(
                name: fault.name, title: fault.title, node: cast.node.name, time: Clock.wall(),
                change: NetworkChange(before: part(now), after: part(expected)), stoppedDaemon: injection.stopsDaemon,
                hints: try fault.hints.map { text throws(FaultRefusal) in try cast.read(text) },
                shows: try cast.read(fault.shows), finding: try cast.read(fault.finding))
        } catch {
            throw CommandFailure(.failed, "\(fault.name) cannot be injected: \(error)")
        }
        try file.add(record)
        if injection.stopsDaemon, (try? running.ask(.ping)) != nil { _ = try running.ask(.stop) }
        try network.carryOut(injection.steps)
        // What fell with a link that went down, and what the kernel made, is only known now.
        record.change.after = try network.observe(record.change)
        try file.replace(record)
        return record
    }

    /// Undoes a fault, and starts the daemon again if it had stopped it.
    func repair(_ fault: InjectedFault) throws {
        defer { network.forget() }
        try network.undo(fault.change)
        // Path MTUs and redirects that were learnt meanwhile would last for minutes.
        try network.carryOut(LabNamespaces(lab: running.name).find().sorted().map { Step.flushRouteCache($0) })
        if fault.stoppedDaemon, (try? running.ask(.ping)) == nil, let source = try LabRecord.load(running.paths)?.source
        {
            do throws(ControlFailure) {
                _ = try DaemonStart.ask(.up(source, UpOptions()), paths: running.paths) { _ in }
            } catch {
                throw CommandFailure(error)
            }
        }
        try FaultFile(running.paths).remove(fault.name)
    }
}

extension LinuxNetwork {
    /// The namespaces that a change touched, as they are now.
    func observe(_ change: NetworkChange) throws(KernelError) -> NetworkState {
        try observe(change.before.namespaces.keys.sorted(), sysctls: change.sysctls)
    }

    /// Undoes a change from whatever state the lab is in by now.
    func undo(_ change: NetworkChange) throws(KernelError) {
        // The kernel answers a link that goes up with routes of its own: look again until nothing is left.
        for _ in 0..<8 {
            let steps = change.undo(try observe(change))
            if steps.isEmpty { break }
            try carryOut(steps)
        }
    }

    func carryOut(_ steps: [Step]) throws(KernelError) {
        guard !steps.isEmpty else { return }
        do throws(StepFailure) { try perform(steps) } catch { throw error.error }
    }
}
