internal import Controllers
internal import Datapath
internal import LabFiles
internal import LinuxKernel
package import NetworkModel
internal import NetworkPlanning

/// What `up` would do, without doing it.
package enum DryRun {
    /// Asks the lab's daemon when one runs; otherwise plans from nothing, which takes no root.
    package static func plan(_ submitted: SubmittedLab, _ options: UpOptions) throws(ControlFailure) -> PlanReport {
        if let connection = try? LocalConnection(path: LabPaths(submitted.name).socket) {
            guard case .plan(let report) = try ControlClient(connection).ask(.up(submitted, options)) else {
                throw ControlFailure(.failed, "the daemon answered something else")
            }
            return report
        }
        return PlanReport(Plan.diff(from: NetworkState(), to: try network(submitted), owned: Ownership()))
    }

    /// The network that a lab would have. Takes no root.
    package static func network(_ submitted: SubmittedLab) throws(ControlFailure) -> NetworkState {
        let files: Lab
        do throws(LabProblems) {
            files = try submitted.parsed()
        } catch {
            throw ControlFailure(error)
        }
        do {
            let cluster = try LabCluster(files, log: MemoryLog())
            let setting = LabSetting(files, instance: "dry-run")
            return Datapath(try cluster.simulatedUp(files, setting: setting, applied: [])).state
        } catch let failure as ControlFailure {
            throw failure
        } catch {
            throw ControlFailure(.failed, "\(error)")
        }
    }
}

extension PlanReport {
    init(_ plan: Plan) { self.init(text: "\(plan)\n", isEmpty: plan.isEmpty) }
}
