internal import Dispatch
internal import Synchronization

/// Connections to ports of a pod over one WebSocket, as the kubelet's older protocol has it and Python's client speaks
/// it: channel 2n carries the data of the nth port, 2n+1 what went wrong with it; on each the first message is the
/// port's number.
final class PortChannels: Sendable {
    /// As many ports as one request may name.
    static let maximumPorts = 16

    private let sessions: [RemoteCommandSession]
    private let connections: [LateConnection]
    private let ports: [UInt16]
    private let out: ByteChannel
    private let open: Mutex<Int>

    init(
        _ ports: [UInt16], _ out: ByteChannel, _ threads: StreamThreads,
        connect: @escaping @Sendable (UInt16) -> (any RemoteProcess)?
    ) {
        self.ports = ports
        self.out = out
        open = Mutex(ports.count)
        let connections = ports.map { port in LateConnection { connect(port) } }
        self.connections = connections
        sessions = connections.map { connection in RemoteCommandSession(connection, threads) { out.read($0) } }
    }

    func start() {
        for (index, port) in ports.enumerated() {
            let data = UInt8(2 * index)
            for channel in [data, data + 1] { out.writeAtOnce([channel, UInt8(port & 0xff), UInt8(port >> 8)]) }
            sessions[index].start(hasError: false) { [out] _, bytes in
                out.write([data] + bytes)
            } finish: { [self] _ in
                let connection = connections[index]
                if connection.isRefused { out.write([data + 1] + connection.refusal(of: port)) }
                let isLast = open.withLock { open in
                    open -= 1
                    return open == 0
                }
                if isLast { out.closeWebSocket() }
            }
        }
    }

    func receive(_ bytes: [UInt8]) {
        guard let channel = bytes.first, channel % 2 == 0, Int(channel / 2) < sessions.count, bytes.count > 1 else {
            return
        }
        sessions[Int(channel / 2)].receive(.input, Array(bytes.dropFirst()))
    }

    func end() { for session in sessions { session.end() } }
}
