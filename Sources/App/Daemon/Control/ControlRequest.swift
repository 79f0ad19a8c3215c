package import KubernetesModel

/// What a command asks the lab's daemon, one JSON line per connection.
package enum ControlRequest: Codable, Sendable {
    /// Bring the nodes up, without CNI and without manifests.
    case create(LabSource)
    /// Everything: nodes, CNI when the lab has Helm values, manifests, verification.
    case up(LabSource, UpOptions)
    /// `helm install cilium`: value files over the chart's defaults, then `--set` words.
    case installCNI(values: [SourceFile], set: [String])
    /// Take all of it down and end.
    case down
    case status
    /// All objects of a resource by its plural, such as `pods`.
    case objects(resource: String)
    /// The proxy's forwarding table.
    case services
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

    package init(dryRun: Bool = false, prune: Bool = false, timeout: Double = 30) {
        self.dryRun = dryRun
        self.prune = prune
        self.timeout = timeout
    }
}

/// The text of a lab's files, as they were when the command read them: the daemon reads no lab directory itself.
package struct LabSource: Codable, Sendable, Hashable {
    package var name: String
    /// Where the files were read from, for messages.
    package var path: String
    package var files: [SourceFile]

    package init(name: String, path: String, files: [SourceFile]) {
        self.name = name
        self.path = path
        self.files = files
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
    case reply(ControlReply)
    case failed(ControlFailure)
}

/// The answer proper.
package enum ControlReply: Codable, Sendable {
    case done
    case objects([AnyKubernetesObject])
    case status(LabStatus)
    case services(text: String, table: ServiceListing)
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
