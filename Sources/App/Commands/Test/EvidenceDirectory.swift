internal import Captures
internal import Checks
internal import Daemon
internal import Diagrams
internal import FoundationEssentials
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Snapshots
internal import Synchronization
internal import Traces

/// Writes down, for each check that failed, what helps to find out why, while the lab still is as it failed.
///
/// Best effort throughout: what cannot be had is missing, and the check has failed all the same.
final class EvidenceDirectory: Evidence {
    private let view: LabView
    /// `DIR/LAB`
    private let directory: String
    private let events: EventRecorder
    private let probes: any LabProbes
    /// One after the other: a packet of another failure's retry in a capture would mislead.
    private let turn = Mutex(())
    private let count = Atomic<Int>(0)

    /// Failed probes of a check that are traced and sent again: a matrix of a hundred pairs breaks at one place.
    private static let mostProbes = 3
    /// Seconds that a packet of a trace or a retry waits for its answer: most get none.
    private static let patience = 0.3
    /// Bytes of the end of each log that is kept.
    private static let logTail = 256 << 10

    init(_ view: LabView, below root: String, events: EventRecorder, probes: any LabProbes) {
        self.view = view
        self.events = events
        self.probes = probes
        directory = "\(root)/\(view.running.name)"
    }

    func collect(_ failure: CheckFailure) -> String? {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let place = "\(directory)/\(number)-\(Self.fileName(failure.check.name))"
        guard Self.makeDirectory(place) else { return nil }
        write(failure.findings.flatMap(\.lines).joined(separator: "\n") + "\n", to: "\(place)/findings.txt")
        writeDifference(to: place)
        let failed = failure.findings.compactMap(\.probe).reduce(into: [Probe]()) { probes, probe in
            if !probes.contains(probe), probes.count < Self.mostProbes { probes.append(probe) }
        }
        writeTraces(failed, failure.inventory, to: place)
        turn.withLock { _ in capture(failed, failure.inventory, to: "\(place)/retry.pcapng") }
        write(events.lines, to: "\(place)/events.jsonl")
        writeLogs(to: place)
        return place
    }

    private func writeDifference(to place: String) {
        guard let (wanted, live) = try? LabSnapshot.wantedAndLive(view.running) else { return }
        let text = SnapshotDiff(from: wanted, to: live).text
        write(text.isEmpty ? "the network is as it should be\n" : text, to: "\(place)/diff.txt")
        if let bytes = try? LabSnapshot.bytes(live) {
            try? StateFile.write(bytes, to: "\(place)/snapshot.json", isShown: true)
        }
    }

    /// From both ends: what breaks may be seen from one of them only.
    private func writeTraces(_ failed: [Probe], _ inventory: Inventory, to place: String) {
        let tracer = LabTrace(view, inventory)
        let spots = inventory.spots(.nodes) + inventory.spots(.pods) + inventory.spots(.host)
        let services = inventory.services.compactMap { inventory.spots(.service($0.name)).first }
        for (index, probe) in failed.enumerated() {
            guard let start = spots.first(where: { $0.namespace == probe.from }) else { continue }
            let end =
                (spots + services).first { $0.address == probe.to }
                ?? Spot(name: "\(probe.to)", namespace: nil, address: probe.to)
            let (transport, port) = probe.kind.transport
            if let trace = try? tracer.trace(
                from: start, to: end, transport: transport, port: port, patience: Self.patience)
            {
                write(trace.text, to: "\(place)/trace-\(index + 1).txt")
                write(trace.diagram.svg, to: "\(place)/trace-\(index + 1).svg")
            }
            guard end.namespace != nil else { continue }
            if let back = try? tracer.trace(from: end, to: start, transport: .icmp, port: nil, patience: Self.patience)
            {
                write(back.text, to: "\(place)/trace-\(index + 1)-from-the-other-end.txt")
            }
        }
    }

    /// Sends what failed once more, and keeps every packet at both ends, on their nodes and on the bridge.
    private func capture(_ failed: [Probe], _ inventory: Inventory, to path: String) {
        let spots = inventory.spots(.nodes) + inventory.spots(.pods)
        let ends = spots.filter { spot in
            failed.contains { $0.from == spot.namespace || $0.to == spot.address }
        }
        let nodes = spots.filter { spot in ends.contains { $0.node == spot.name } }
        let wanted = Set((ends + nodes + inventory.spots(.host)).compactMap(\.namespace))
        guard !failed.isEmpty, let state = try? probes.observe(wanted.sorted()) else { return }
        let points = state.namespaces.keys.sorted().flatMap { name in
            (state.namespaces[name]?.links.keys.sorted() ?? []).filter { $0 != .loopback }.map {
                CapturePoint(namespace: name, link: $0, place: Snapshot.name(of: name.rawValue, in: inventory.lab))
            }
        }
        guard let capture = try? PacketCapture(points, bufferSize: 1 << 20),
            let file = try? CaptureFile(path, capture, snapLength: PacketCapture.largestSnapLength)
        else { return }
        _ = probes.send(failed.map(\.once), timeout: Self.patience)
        // What was received waits in the sockets; the end of it is a look that finds nothing.
        while case let packets = capture.read(until: Clock.monotonic() + 0.02), !packets.isEmpty {
            guard (try? file.append(packets)) == true else { return }
        }
        _ = try? file.end(capture.counts())
    }

    private func writeLogs(to place: String) {
        let logs = "\(place)/logs"
        guard Self.makeDirectory(logs) else { return }
        keepTail(of: view.running.paths.log, at: "\(logs)/daemon.log")
        for pod in StateFile.list(view.running.paths.containers) {
            for container in StateFile.list("\(view.running.paths.containers)/\(pod)") {
                let home = "\(view.running.paths.containers)/\(pod)/\(container)"
                for attempt in StateFile.list(home) {
                    keepTail(of: "\(home)/\(attempt)/log", at: "\(logs)/\(pod)-\(container)-\(attempt).log")
                }
            }
        }
    }

    private func keepTail(of path: String, at target: String) {
        guard let bytes = try? InputFile.read(path, limit: 64 << 20) else { return }
        try? StateFile.write(Array(bytes.suffix(Self.logTail)), to: target, isShown: true)
    }

    private func write(_ text: String, to path: String) {
        try? StateFile.write(Array(text.utf8), to: path, isShown: true)
    }

    /// A pipeline's own user reads it: not only root may.
    private static func makeDirectory(_ path: String) -> Bool {
        (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil
    }

    /// `every node reaches every pod` as `every-node-reaches-every-pod`: no blanks, no slashes, not too long.
    private static func fileName(_ name: String) -> String {
        let plain = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return String(plain.prefix(60))
    }
}

extension Probe {
    /// The same with one request in place of a hundred.
    fileprivate var once: Probe {
        guard case .get(let port, let path, _) = kind else { return self }
        return Probe(.get(port: port, path: path, count: 1), from: from, to: to)
    }
}

extension Probe.Kind {
    /// What a trace has to follow in its place.
    fileprivate var transport: (ProbeProtocol, UInt16?) {
        switch self {
        case .echo, .hops, .largest, .seen: (.icmp, nil)
        case .connect(let port), .get(let port, _, _): (.tcp, port)
        case .datagram(let port): (.udp, port)
        }
    }
}
