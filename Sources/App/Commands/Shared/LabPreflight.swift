internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import Preflight

/// What `up` and `create` ask of the machine: before they start what can be read in no time, and after a failure
/// everything, to explain it. The words are those of `netlab doctor`.
enum LabPreflight {
    /// All facts, leftovers of labs included.
    static func survey() -> MachineFacts {
        var facts = MachineSurvey.full()
        guard ProcessEnvironment.isRoot else {
            facts.leftovers = .unseen("only root sees whose a namespace is")
            return facts
        }
        do throws(ControlFailure) {
            facts.leftovers = .known(try GarbageCollection.find(includingResumable: false).map(\.object))
        } catch {
            facts.leftovers = .unseen(error.message)
        }
        return facts
    }

    /// Refuses a lab that this machine cannot run, and prints a line for each limit that is close to what it needs.
    ///
    /// - Returns: what the lab needs, for ``explained(_:_:)``.
    /// - Throws: environment, with every reason and its remedy.
    static func run(_ files: Lab, _ terminal: Terminal) throws -> LabNeeds {
        let needs = LabNeeds(files)
        let diagnosis = Diagnosis(MachineSurvey.essentials(), needs, essentialsOnly: true)
        guard diagnosis.canRun else { throw refusal(diagnosis, files.name) }
        // A lab that is there already has what it needs, and is counted in what is in use.
        if !StateFile.isDirectory(LabPaths(files.name).directory) {
            for warning in diagnosis.warnings {
                terminal.warning(warning.sentence + (warning.fix.isEmpty ? "" : " (\(warning.fix))"))
            }
        }
        return needs
    }

    /// The failure with what doctor finds missing behind it; the failure itself when the machine is not to blame.
    static func explained(_ failure: ControlFailure, _ needs: LabNeeds) -> CommandFailure {
        var explained = CommandFailure(failure)
        guard failure.kind == .environment else { return explained }
        let failures = Diagnosis(MachineSurvey.full(), needs).failures
        guard !failures.isEmpty else { return explained }
        explained.message += "\n" + failures.flatMap(\.lines).joined(separator: "\n")
        return explained
    }

    private static func refusal(_ diagnosis: Diagnosis, _ lab: String) -> CommandFailure {
        let lines = diagnosis.failures.flatMap(\.lines).joined(separator: "\n")
        return CommandFailure(
            .environment, "this machine cannot run \(lab)\n\(lines)",
            advice: "`netlab doctor` looks at everything else a lab needs")
    }
}
