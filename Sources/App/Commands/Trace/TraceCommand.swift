internal import ArgumentParser
internal import Checks
internal import Daemon
internal import Diagrams
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Traces

/// `netlab trace SRC DST[:PORT]`
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Follow a packet hop by hop, by the kernel's own lookups, and send a real one.",
        discussion: """
            SRC is a node, a pod or host; DST one of these, a Service or an address. With a port the packet is of TCP, \
            else of ICMP. Each hop is asked of the kernel that would decide it: rule, table, route, neighbour, MTU; \
            with what the ClusterIP proxy and masquerading make of the packet, and the way back. Then a real packet is \
            sent, and where it and the lookups differ is said.

            Exit codes: 0 it arrives both ways, 1 it does not or they differ, 2 wrong usage, 4 this machine cannot.

            EXAMPLES:
              netlab trace kind-control-plane kind-worker2
              netlab trace hello-app-646c68546-cmlgp service/hello-app:8080
              netlab trace kind-worker 10.0.2.3:8080 --format mermaid
            """)

    @Argument(help: "A node, a pod or host.", completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var from: String

    @Argument(
        help: "A node, a pod, service/NAME, host or an address, with :PORT for TCP and UDP.",
        completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var to: String

    @OptionGroup var lab: LabOption

    @Option(name: .long, help: "icmp, tcp or udp. Left out: tcp with a port, else icmp.")
    var proto: ProbeProtocol?

    @Option(name: .shortAndLong, help: "text, mermaid or svg.")
    var format = DrawingFormat.text

    @Flag(name: .long, help: "Send no packet.")
    var noProbe = false

    @OptionGroup var output: JSONFlag

    func validate() throws {
        if format == .dot { throw ValidationError("a trace is drawn as mermaid or svg") }
        if output.json, format != .text { throw ValidationError("--json and --format exclude each other") }
    }

    func run() throws {
        let running = try lab.find()
        let view = try LabView(running)
        let inventory = try view.inventory()
        let start = try TraceEnd(from, in: inventory)
        let end = try TraceEnd(to, in: inventory)
        guard start.port == nil, start.spot.namespace != nil else {
            throw CommandFailure(.usage, "nothing can start at \(from)", advice: "name a node, a pod or host")
        }
        let transport = proto ?? (end.port == nil ? .icmp : .tcp)
        if transport == .icmp, end.port != nil { throw CommandFailure(.usage, "ICMP has no ports") }
        if transport != .icmp, end.port == nil {
            throw CommandFailure(
                .usage, "\(transport.rawValue) needs a port", advice: "write it behind a colon: \(to):80")
        }
        let trace = try LabTrace(view, inventory).trace(
            from: start.spot, to: end.spot, transport: transport, port: end.port, patience: noProbe ? nil : 1)
        if output.json {
            try JSONOutput.print(trace)
        } else {
            switch format {
            case .text: StandardStream.output.write(Terminal.harmless(trace.text))
            case .mermaid: StandardStream.output.write(trace.diagram.mermaid)
            case .svg: StandardStream.output.write(trace.diagram.svg)
            case .dot: break
            }
        }
        if !trace.arrives || !trace.disagreements.isEmpty { throw ExitCodeOnly(1) }
    }
}

/// How a picture is written.
enum DrawingFormat: String, ExpressibleByArgument, CaseIterable {
    case text, mermaid, dot, svg
}

extension ProbeProtocol: ExpressibleByArgument {}

/// `NAME` or `NAME:PORT` as typed, found in a lab.
struct TraceEnd {
    let spot: Spot
    let port: UInt16?

    /// - Throws: usage, when the word names nobody, or several.
    init(_ word: String, in inventory: Inventory) throws {
        var name = word
        var port: UInt16?
        if let colon = word.lastIndex(of: ":") {
            guard let number = UInt16(word[word.index(after: colon)...]), number > 0 else {
                throw CommandFailure(.usage, "\(word[word.index(after: colon)...]) is no port")
            }
            port = number
            name = String(word[..<colon])
        }
        let place = Place(name)
        var spots = place.map(inventory.spots) ?? []
        // A pod is also called by its bare name, as exec takes it.
        if spots.isEmpty {
            spots = inventory.spots(.pods).filter { $0.name == "pod/\(name)" || $0.name.hasSuffix("/\(name)") }
        }
        guard let spot = spots.first else {
            throw CommandFailure(
                .usage, "there is no \(name) in the lab",
                advice: "nodes: " + inventory.nodes.map(\.name).joined(separator: ", "))
        }
        guard spots.count == 1 else {
            throw CommandFailure(
                .usage, "\(name) is several: " + spots.prefix(5).map(\.name).joined(separator: ", "), advice: "name one"
            )
        }
        self.spot = spot
        self.port = port
    }
}
