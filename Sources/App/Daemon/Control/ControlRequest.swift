package import KubernetesModel
package import LabFiles
package import NetworkPlanning
package import ServiceRouting

/// What a command asks the lab's daemon, one JSON line per connection.
package enum ControlRequest: Codable, Sendable {
    /// Bring the nodes up, without CNI and without manifests.
    case create(SubmittedLab)
    /// Everything: nodes, CNI when the lab has Helm values, manifests, verification.
    case up(SubmittedLab, UpOptions)
    /// `helm install cilium`: value files over the chart's defaults, then `--set` words.
    case installCNI(values: [SourceFile], set: [String])
    /// `kubectl apply -f`: these files, or the lab's own manifests when there are none.
    case apply(files: [SourceFile], timeout: Double)
    /// End, leaving pods, routes and the lab's state as they are.
    case stop
    case status
    /// All objects of a resource by its plural, such as `pods`.
    case objects(resource: String)
    /// The proxy's forwarding table.
    case services
    /// Flows of the proxy from a number on: 0, or what the last answer gave.
    case flows(from: Int)
    /// What is noticed of drift from now on, as ``ControlEvent/drift(_:)``, until the other side closes.
    case follow
    case ping
}

/// How `up` goes about it.
package struct UpOptions: Codable, Sendable, Hashable {
    /// Only say what would be done.
    package var dryRun: Bool
    /// Also remove what nobody asked for.
    package var prune: Bool
    /// Seconds to wait for workloads to become ready.
    package var timeout: Double
    /// Put right what others change, from now on; nil: as the lab had it.
    package var repair: Bool?

    package init(dryRun: Bool = false, prune: Bool = false, timeout: Double = 30, repair: Bool? = nil) {
        self.repair = repair
        self.dryRun = dryRun
        self.prune = prune
        self.timeout = timeout
    }
}

/// The text of a lab's files, as they were when the command read them: the daemon reads no lab directory itself.
package struct SubmittedLab: Codable, Sendable, Hashable {
    /// The lab's name, decided by the command from `--name`, lab.yaml or the directory.
    package var name: String
    /// Where the files were read from, for messages.
    package var path: String
    package var kind: SourceFile
    package var cilium: SourceFile?
    package var options: SourceFile?
    /// What must hold; the daemon only keeps it for `netlab test`.
    package var checks: SourceFile?
    package var manifests: [SourceFile]
    /// What the lab's containers may have of the machine.
    package var access: HostAccess

    package init(name: String, source: LabSource, access: HostAccess = .confined) {
        self.access = access
        self.name = name
        path = source.path
        kind = SourceFile(source.kind)
        cilium = source.cilium.map(SourceFile.init)
        options = source.options.map(SourceFile.init)
        checks = source.checks.map(SourceFile.init)
        manifests = source.manifests.map(SourceFile.init)
    }

    /// The same as the parser takes it.
    package var source: LabSource {
        LabSource(
            path: path, defaultName: name, kind: kind.file, cilium: cilium?.file, options: options?.file,
            checks: checks?.file, manifests: manifests.map(\.file))
    }

    /// Checks the files and gives them their meaning.
    package func parsed() throws(LabProblems) -> Lab {
        try LabFiles.parse(source, overrides: LabFiles.Overrides(name: name, access: access)).admitted()
    }
}

/// One file's path and text.
package struct SourceFile: Codable, Sendable, Hashable {
    package var path: String
    package var text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    package init(_ file: LabFile) {
        self.init(path: file.path, text: String(decoding: file.bytes, as: UTF8.self))
    }

    package var file: LabFile { LabFile(path: path, text: text) }
}

/// What the daemon answers, one JSON line each; ``reply(_:)`` or ``failed(_:)`` is the last.
package enum ControlEvent: Codable, Sendable {
    /// A phase has begun, in kind's manner: `Preparing nodes 📦 📦 📦`.
    case phase(String)
    /// The phase has ended.
    case phaseEnded(succeeded: Bool)
    /// A line worth reading that is no phase.
    case note(String)
    case warning(String)
    /// To a follower only.
    case drift(DriftNote)
    case reply(ControlReply)
    case failed(ControlFailure)
}

/// The answer proper.
package enum ControlReply: Codable, Sendable {
    case done
    case objects([AnyKubernetesObject])
    case status(LabStatus)
    case services(text: String, table: ServiceListing)
    /// Oldest first, and the number for the next question.
    case flows([FlowRecord], next: Int)
    case verification(Verification)
    /// A dry run's plan: its text, and the same as data.
    case plan(PlanReport)
}

/// Why a request was not carried out.
package struct ControlFailure: Error, Codable, Sendable, Hashable {
    /// The exit codes of design section 8: who must act decides.
    package enum Kind: Int32, Codable, Sendable {
        /// It was tried and did not work.
        case failed = 1
        /// The command or a lab file is wrong.
        case usage = 2
        /// This machine cannot.
        case environment = 4
    }

    package var kind: Kind
    package var message: String
    package var advice: String

    package init(_ kind: Kind, _ message: String, advice: String = "") {
        self.kind = kind
        self.message = message
        self.advice = advice
    }
}
