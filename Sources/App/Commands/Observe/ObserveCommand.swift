internal import ArgumentParser
internal import Daemon
internal import FoundationEssentials
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import ServiceRouting

/// `netlab observe [LAB]`
struct ObserveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe", abstract: "Print the connections and UDP flows that the ClusterIP proxy forwards.",
        discussion: """
            A line when a flow starts and one when it ends, with its client, the ClusterIP, the backend that was chosen \
            and what became of it. What goes straight to a pod's address does not pass the proxy: netlab capture.

            EXAMPLES:
              netlab observe
              netlab observe -f --service hello-app
              netlab observe -f --verdict no-endpoints --json
            """)

    @OptionGroup var lab: LabArgument

    @Flag(name: .shortAndLong, help: "Go on with what comes, until interrupted.")
    var follow = false

    @Option(name: .long, help: "Only the newest so many of what has been; all that are kept when left out.")
    var tail: Int?

    @Option(name: .long, help: "Only flows to this Service, as NAME or NAMESPACE/NAME. May be given again.")
    var service: [String] = []

    @Option(name: .long, help: "Only flows that this became of. May be given again.")
    var verdict: [FlowRecord.Verdict] = []

    @Option(name: .customLong("for"), help: "With --follow: end after so many seconds.")
    var duration: Seconds?

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail is a number from 0") }
        if duration != nil, !follow { throw ValidationError("--for goes with --follow") }
    }

    func run() throws {
        let running = try lab.find()
        OutputFile.surviveClosedReaders()
        Interruption.watch()
        let end = duration.map { Clock.monotonic() + $0.value }
        var next = 0
        var isFirst = true
        while true {
            guard case .flows(let records, let newest) = try running.ask(.flows(from: next)) else { return }
            // The daemon began anew: it counts from the start again.
            next = newest < next ? 0 : newest
            if isFirst || !records.isEmpty {
                let names = try FlowNames(running)
                var chosen = records.filter { isWanted($0, names) }
                if isFirst, let tail { chosen = chosen.suffix(tail) }
                let text = try chosen.map { try line($0, names) }.joined()
                if !StandardStream.output.tryWrite(text) { return }
            }
            if isFirst, follow { Terminal().line("following the proxy of lab \"\(running.name)\"") }
            isFirst = false
            if !follow || Interruption.isRequested || Clock.monotonic() >= end ?? .infinity { return }
            StandardStream.pause(seconds: 0.1)
        }
    }

    private func isWanted(_ flow: FlowRecord, _ names: FlowNames) -> Bool {
        if !verdict.isEmpty, !verdict.contains(flow.verdict) { return false }
        guard !service.isEmpty else { return true }
        guard let name = names.service(flow) else { return false }
        return service.contains { $0 == name || name.hasSuffix("/" + $0) }
    }

    private func line(_ flow: FlowRecord, _ names: FlowNames) throws -> String {
        guard json else {
            return "\(Clock.localText(flow.time)) "
                + FlowText(names: names.addresses).line(flow, service: names.service(flow)) + "\n"
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(FlowLine(flow, names)), as: UTF8.self) + "\n"
    }
}

extension FlowRecord.Verdict: ExpressibleByArgument {}

/// Who has which address in a lab, as the daemon says now.
struct FlowNames {
    private(set) var addresses: [IPAddress: String] = [:]
    private var services: [IPAddress: String] = [:]

    init(_ running: RunningLab) throws {
        for node in try running.objects(Node.self) {
            for address in node.status?.addresses ?? [] where address.type == "InternalIP" {
                if let address = IPAddress(address.address) { addresses[address] = node.name }
            }
        }
        for pod in try running.objects(Pod.self) where pod.spec?.hostNetwork != true {
            if let address = pod.status?.podIP.flatMap({ IPAddress($0) }) {
                addresses[address] = "\(pod.namespace)/\(pod.name)"
            }
        }
        for service in try running.objects(Service.self) {
            if let address = service.spec?.clusterIP.flatMap({ IPAddress($0) }) {
                services[address] = "\(service.namespace)/\(service.name)"
            }
        }
    }

    /// The Service behind a flow's ClusterIP; nil when it is gone.
    func service(_ flow: FlowRecord) -> String? { services[flow.frontend.address] }
}

/// A flow as `--json` prints it: addresses and ports apart, names beside them.
struct FlowLine: Encodable {
    struct End: Encodable {
        var address: String
        var port: UInt16
        var name: String?
    }
    var time: Double
    var node: String
    var transport: String
    var verdict: String
    var client: End
    var frontend: End
    var backend: End?
    var bytesToBackend: UInt64
    var bytesToClient: UInt64

    init(_ flow: FlowRecord, _ names: FlowNames) {
        time = flow.time
        node = flow.node
        transport = flow.frontend.transport.rawValue
        verdict = flow.verdict.rawValue
        client = End(address: "\(flow.client)", port: flow.clientPort, name: names.addresses[flow.client])
        frontend = End(address: "\(flow.frontend.address)", port: flow.frontend.port, name: names.service(flow))
        backend = flow.backend.map { End(address: "\($0.address)", port: $0.port, name: $0.pod) }
        bytesToBackend = flow.bytesToBackend
        bytesToClient = flow.bytesToClient
    }
}
