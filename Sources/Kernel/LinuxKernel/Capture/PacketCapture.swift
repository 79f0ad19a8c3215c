internal import CLinux
package import Captures
internal import Glibc
internal import NetworkModel
package import NetworkPlanning

/// Packet sockets on several interfaces of several namespaces at once.
///
/// The sockets are opened on threads that end (docs/namespaces.md); what they receive is read on the caller's. Packets
/// wait in the kernel from the moment this is made: nothing need run for a short exchange to be captured whole.
package final class PacketCapture {
    package let points: [CapturePoint]
    /// What each point's packets begin with.
    package let linkLayers: [LinkLayer]
    private let sockets: [PacketSocket]
    private let snapLength: Int
    private let buffer: UnsafeMutableRawBufferPointer
    private var totals: [CaptureCount]

    /// Packets read from one interface before the others get their turn.
    private static let turn = 256
    /// As tcpdump: more than any packet that the kernel has not yet cut into segments.
    package static let largestSnapLength = 262_144

    /// - Parameters:
    ///   - points: where to listen.
    ///   - snapLength: bytes kept of each packet.
    ///   - bufferSize: bytes that the kernel may hold for each interface.
    /// - Throws: that an interface does not exist (any more), or that packet sockets are not permitted (CAP_NET_RAW).
    package init(
        _ points: [CapturePoint], snapLength: Int = largestSnapLength, bufferSize: Int32 = 8 << 20
    ) throws(KernelError) {
        self.points = points
        self.snapLength = min(max(snapLength, 1), Self.largestSnapLength)
        var opened: [CapturePoint: PacketSocket] = [:]
        for (namespace, members) in Dictionary(grouping: points, by: \.namespace).sorted(by: { $0.key < $1.key }) {
            let open = try OpenNamespace(namespace)
            let made = try NamespaceThread.run(inNamespace: open.descriptor.rawValue) {
                () throws(KernelError) -> [PacketSocket] in
                try members.map { point throws(KernelError) in try PacketSocket(point, bufferSize: bufferSize) }
            }
            for (point, socket) in zip(members, made) { opened[point] = socket }
        }
        sockets = points.compactMap { opened[$0] }
        linkLayers = sockets.map(\.linkLayer)
        totals = points.map { _ in CaptureCount() }
        buffer = .allocate(byteCount: Self.largestSnapLength, alignment: 8)
    }

    deinit { buffer.deallocate() }

    /// What has come, oldest first; waits for something until `deadline`.
    ///
    /// - Parameter deadline: monotonic seconds; one that has passed asks for what is there already.
    /// - Returns: empty when nothing came in time, or a signal interrupted the wait.
    package func read(until deadline: Double) -> [CapturedPacket] {
        var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        let left = max(0, deadline - Clock.monotonic())
        guard poll(&entries, nfds_t(entries.count), Int32(min(left * 1000, 1e9).rounded(.up))) > 0 else { return [] }
        var packets: [CapturedPacket] = []
        for (index, entry) in entries.enumerated() where entry.revents != 0 {
            for _ in 0..<Self.turn {
                guard let packet = sockets[index].receive(point: index, into: buffer, snapLength) else { break }
                packets.append(packet)
            }
        }
        return packets.sorted { ($0.time, $0.point) < ($1.time, $1.point) }
    }

    /// What each interface counted since this was made.
    package func counts() -> [CaptureCount] {
        for (index, socket) in sockets.enumerated() {
            // The kernel counts anew after each answer.
            let more = socket.takeCount()
            totals[index].received += more.received
            totals[index].dropped += more.dropped
        }
        return totals
    }
}
