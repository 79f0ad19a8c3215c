import ClusterState
import Daemon
import KubernetesModel
import LabFiles
import NetlabTestSupport
import PodLifecycle
import ServiceRouting

/// What netlab makes of a case, and what is wrong with that.
struct FuzzAnswer {
    private(set) var isPlanned = false
    private(set) var faults: [String] = []
    /// A message that is longer than this cannot be read; the values in it are shortened.
    static let longestMessage = 1_200

    init(_ sample: FuzzCase) {
        do throws(LabProblems) {
            let source = try LabSource(directory: "fuzz", name: "fuzz", files: sample.files)
            let lab = try LabFiles.parse(source, overrides: LabFiles.Overrides(set: sample.set)).admitted()
            check(lab.warnings)
            if lab.warnings.contains(where: { $0.severity == .error }) { faults.append("an error among the warnings") }
            plan(source, sample)
            use(lab)
        } catch {
            if !error.problems.contains(where: { $0.severity == .error }) { faults.append("refused without an error") }
            check(error.problems)
        }
    }

    /// As `netlab up --dry-run` goes on. The name is one that no lab on this machine has.
    private mutating func plan(_ source: LabSource, _ sample: FuzzCase) {
        let submitted = SubmittedLab(name: "fuzz-\(sample.seed)-without-daemon", source: source)
        do throws(ControlFailure) {
            let report = try DryRun.plan(submitted, UpOptions(dryRun: true, prune: false, timeout: 1))
            isPlanned = true
            if report.isEmpty { faults.append("a plan without a step") }
        } catch {
            if error.kind != .usage { faults.append("dry run failed with \(error.kind): \(error.message.prefix(300))") }
            if error.message.isEmpty { faults.append("a failure without words") }
        }
    }

    /// What the daemon computes of the objects themselves, besides the network.
    private func use(_ lab: Lab) {
        let objects = lab.manifests.map(\.object.object)
        let services = objects.compactMap { $0 as? Service }.map { Defaults.applied(to: $0) }
        _ = ForwardingTable(services: services, slices: objects.compactMap { $0 as? EndpointSlice })
        for pod in objects.compactMap({ $0 as? Pod }).map({ Defaults.applied(to: $0) }) {
            _ = PodFiles.hostname(pod)
            _ = PodFiles.hosts(pod, addresses: ["10.0.0.1"])
            _ = PodEnvironment.serviceVariables(services, for: pod)
        }
    }

    private mutating func check(_ problems: [Problem]) {
        for problem in problems {
            let text = problem.description
            if problem.file.isEmpty || problem.message.isEmpty { faults.append("a problem without words: \(text)") }
            if text.utf8.count > Self.longestMessage {
                faults.append("a message of \(text.utf8.count) bytes: \(text.prefix(200))")
            }
            if let bad = text.unicodeScalars.first(where: { Self.isUnprintable($0) }) {
                faults.append("a message with U+\(String(bad.value, radix: 16)): \(text.debugDescription.prefix(300))")
            }
            if text.contains("codingPath") || text.contains("CodingKeys") {
                faults.append("a message only a programmer understands: \(text)")
            }
            if faults.count > 5 { return }
        }
    }

    /// What would end the line, drive the terminal, or turn the text round.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalar != "\u{200d}"
        default: false
        }
    }
}
