internal import Datapath
internal import LinuxKernel
internal import Logging
internal import NetworkModel
internal import NetworkPlanning
internal import Reconciler

extension LabEngine {
    /// Follows the kernel's announcements for as long as the daemon runs. Without that drift is found by `status` only.
    func watchNetwork() {
        do throws(KernelError) {
            watch = try NetworkWatch { [weak self, signal] events in
                // This thread is at home: the one that enters namespaces is another, which has ended by now.
                if signal.take(events) { Task { await self?.networkChanged() } }
            }
        } catch {
            notices.append("changes made by others will not be noticed: \(error)")
        }
    }

    /// Judges announcements by this from now on: also by what is about to be brought about, so that own changes call
    /// for nothing.
    func expect(_ desired: NetworkState?) { signal.judge(by: desired) }

    /// Follows the namespaces that stand now, once the network is as wanted.
    func followNetwork(_ desired: NetworkState) {
        publish(drift.settled(Self.now))
        signal.remember(drift)
        do throws(KernelError) {
            try watch?.follow(Set(desired.namespaces.keys))
        } catch {
            let text = "changes made by others in some namespaces will not be noticed: \(error)"
            if !hasToldOfWatch { logger.warning("\(text)") }
            hasToldOfWatch = true
        }
    }

    static var now: DriftWatch.Time { DriftWatch.Time(monotonic: Clock.monotonic(), wall: Clock.wall()) }

    /// Something changed that was not meant to: looks now, or as soon as the budget of looks allows it.
    func networkChanged() {
        guard !isLookDue else { return }
        let pause = drift.pause(at: Clock.monotonic())
        guard pause > 0 else { return lookForDrift() }
        isLookDue = true
        Task { [weak self] in
            try? await Task.sleep(for: .seconds(pause))
            await self?.lookAgain()
        }
    }

    private func lookAgain() {
        isLookDue = false
        networkChanged()
    }

    private func lookForDrift() {
        let announced = signal.takeAnnounced()
        guard let current = lab, let desired = current.datapath?.state, current.network != nil else { return }
        let outcome = drift.look(current.reconciler, desired: desired, announced: announced) { Self.now }
        signal.remember(drift)
        publish(outcome.notes)
        if let failure = drift.failure {
            logger.error("\(ControlFailure(failure.error).message)", metadata: ["times": "\(failure.times)"])
            networkChanged()
        }
        guard outcome.isHealed else { return }
        logger.info("repaired", metadata: ["steps": "\(outcome.plan.steps.count)"])
        lab?.networkError = nil
        takeUpMade(outcome.plan)
        wake()
    }

    /// Namespaces that had lost their names and were made anew are followed, and what ran in the old ones starts again.
    private func takeUpMade(_ plan: Plan) {
        let made = Self.namespacesMade(by: plan)
        guard !made.isEmpty, let desired = lab?.datapath?.state else { return }
        followNetwork(desired)
        do {
            try restartMisplaced(made)
            updateProxy()
            syncPods()
        } catch {
            logger.error("\(ControlFailure(describing: error).message)")
        }
    }

    /// Turns repairing on or off; nil leaves it as it is. The lab's record keeps it.
    func setRepair(_ isOn: Bool?) {
        guard let isOn else { return }
        record.repair = isOn
        drift.isRepairing = isOn
    }

    /// What `status` says of it.
    var repairStatus: LabStatus.Repair {
        LabStatus.Repair(
            isOn: drift.isRepairing, healed: drift.healed,
            failure: drift.failure.map { failure in
                let wait = max(0, failure.nextTry - Clock.monotonic())
                let tenths = Int((wait * 10).rounded(.up))
                return "\(drift.isRepairing ? "repair" : "look at the network") failed \(failure.times) times: "
                    + "\(ControlFailure(failure.error).message); next try in \(tenths / 10).\(tenths % 10) s"
            })
    }

    // MARK: Who is told

    /// What the watch has to say from now on, until the reader stops reading. A reader that is too slow loses the oldest.
    func followDrift() -> AsyncStream<DriftNote> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DriftNote.self, bufferingPolicy: .bufferingNewest(4 * DriftWatch.toldAtOnce))
        let id = nextFollower
        nextFollower += 1
        followers[id] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.forget(follower: id) } }
        return stream
    }

    private func forget(follower id: Int) { followers[id] = nil }

    private func publish(_ notes: [DriftNote]) {
        for note in notes {
            if note.kind != .healed, note.kind != .foreign {
                let item = note.item
                logger.warning("\(note.kind.rawValue): \(item.namespace): \(item.kind) \(item.object) (\(item.reason))")
            }
            for follower in followers.values { follower.yield(note) }
        }
    }
}
