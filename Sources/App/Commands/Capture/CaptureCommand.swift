internal import ArgumentParser
internal import Captures
internal import Daemon
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// `netlab capture [PLACE[:IF]]...`
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Capture packets on several interfaces at once.",
        discussion: """
            Prints a line a packet, or writes pcapng, in which every packet has the name of its interface. A place is a \
            node, a pod, or host for the namespace with the bridge; without an interface, all it has but lo. Goes on \
            until it is interrupted.

            EXAMPLES:
              netlab capture kind-worker:eth0 kind-worker2:eth0
              netlab capture --port 8080                       everywhere in the lab
              netlab capture host -w trace.pcapng --for 10
              netlab capture kind-worker -w - | wireshark -k -i -
            """)

    @OptionGroup var lab: LabOption

    @Argument(
        help: "Where: PLACE or PLACE:IF. Left out: every interface of the lab.",
        completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var places: [String] = []

    @Option(name: .shortAndLong, help: "Write pcapng to this file; - is standard output.", completion: .file())
    var write: String?

    @Option(name: .customLong("for"), help: "End after so many seconds.")
    var duration: Seconds?

    @Option(name: .shortAndLong, help: "End after so many packets.")
    var count: Int?

    @Option(name: .long, help: "Only packets from or to this address or prefix. May be given again.")
    var host: [IPPrefix] = []

    @Option(name: .long, help: "Only packets from or to this TCP or UDP port. May be given again.")
    var port: [UInt16] = []

    @Option(name: .long, help: "Only packets of this protocol. May be given again.")
    var proto: [PacketFilter.Kind] = []

    @Option(name: .long, help: "Keep so many bytes of each packet.")
    var snaplen = PacketCapture.largestSnapLength

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is a number from 1") }
        if !(1...PacketCapture.largestSnapLength).contains(snaplen) {
            throw ValidationError("--snaplen is a number from 1 to \(PacketCapture.largestSnapLength)")
        }
    }

    func run() throws {
        let running = try lab.find()
        ProcessEnvironment.raiseFileLimit()
        if write == "-", StandardStream.output.isTerminal {
            throw CommandFailure(
                .usage, "pcapng is not for a terminal", advice: "netlab capture -w - | wireshark -k -i -")
        }
        let capture = try PacketCapture(try points(running), snapLength: snaplen)
        let sink = try write.map { path throws(KernelError) in try CaptureFile(path, capture, snapLength: snaplen) }
        OutputFile.surviveClosedReaders()
        Interruption.watch()
        let number = capture.points.count
        Terminal().line(
            "capturing on \(number) interface\(number == 1 ? "" : "s") of lab \"\(running.name)\"")
        let seen = try follow(capture, sink)
        let counts = capture.counts()
        _ = try sink?.end(counts)
        let dropped = counts.reduce(0) { $0 + $1.dropped }
        Terminal().line(
            "\(seen) packet\(seen == 1 ? "" : "s") captured" + (dropped > 0 ? ", \(dropped) dropped by the kernel" : "")
        )
    }

    /// Takes packets until enough have come, the time is up, nobody reads any more, or a signal came.
    private func follow(_ capture: PacketCapture, _ sink: CaptureFile?) throws -> Int {
        let filter = PacketFilter(hosts: host, ports: port, kinds: proto)
        let end = duration.map { Clock.monotonic() + $0.value }
        var seen = 0
        while !Interruption.isRequested, seen < count ?? .max {
            let now = Clock.monotonic()
            // A signal may come just before the wait begins, which it then does not end: so the wait is short.
            var packets = capture.read(until: min(end ?? .infinity, now + 0.5)).filter(filter.matches)
            packets = Array(packets.prefix((count ?? .max) - seen))
            seen += packets.count
            let goesOn =
                if let sink { try sink.append(packets) } else {
                    StandardStream.output.tryWrite(lines(packets, capture))
                }
            if !goesOn { break }
            if let end, packets.isEmpty, now >= end { break }
        }
        return seen
    }

    private func lines(_ packets: [CapturedPacket], _ capture: PacketCapture) -> String {
        packets.map { packet in
            let time = Clock.localText(Double(packet.time) / 1e9).dropFirst(11)
            let what = PacketHeaders(packet).map(\.description) ?? "\(packet.length) bytes"
            let way = packet.direction == .incoming ? "In " : "Out"
            return "\(time) \(capture.points[packet.point]) \(way) \(what)\n"
        }.joined()
    }

    private func points(_ running: RunningLab) throws -> [CapturePoint] {
        let names = LabNamespaces(lab: running.name).find()
        let state = try LinuxNetwork().observe(Array(names), sysctls: [])
        let links = state.namespaces.mapValues { Array($0.links.keys) }
        do throws(CaptureSelection.Mismatch) {
            return try CaptureSelection.points(places, in: links, lab: running.name)
        } catch {
            if !error.candidates.isEmpty {
                throw CommandFailure(
                    .usage, "\"\(error.word)\" may be \(error.candidates.joined(separator: " or "))",
                    advice: "write the whole name")
            }
            throw CommandFailure(
                .usage, "lab \"\(running.name)\" has nothing called \"\(error.word)\"",
                advice: "there are: " + error.known.joined(separator: ", "))
        }
    }
}

extension PacketFilter.Kind: ExpressibleByArgument {}

/// An address or a prefix; an address is the prefix that holds it alone.
extension IPPrefix: ExpressibleByArgument {
    package init?(argument: String) {
        if let address = IPAddress(argument) { self.init(host: address) } else { self.init(argument) }
    }
}
