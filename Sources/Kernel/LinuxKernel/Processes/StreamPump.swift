internal import CLinux
internal import Glibc

/// What a shim does while its container runs: output goes into the log and to everybody attached, their input to the
/// container.
///
/// Somebody attached who does not read holds the container's output up, as with containerd, but not for ever.
struct StreamPump {
    /// Somebody attached; changed in place.
    private final class Client {
        let connection: FileDescriptor
        /// Heard, and not a whole frame yet.
        var heard: [UInt8] = []
        /// To be sent.
        var pending: [UInt8] = []
        /// When something of `pending` was taken last.
        var movedAt = Clock.monotonic()
        var isGone = false

        init(_ connection: consuming FileDescriptor) { self.connection = connection }
    }

    private enum Source { case process, output, input, door, client(Int) }

    private let streams: ContainerStreams
    private var log: ContainerLog
    private let door: LocalListener?
    private var clients: [Int: Client] = [:]
    private var nextClient = 0
    private var input: [UInt8] = []
    private var endsInput = false
    private var hasInput: Bool
    private var hasOutput = true

    /// Bytes that may wait for one client, or for the container, before no more are read.
    private static let patience = 256 << 10
    /// Seconds in which a client must read something, or is let go of.
    private static let clientPatience = 30.0
    private static let maximumClients = 32
    private static let chunk = 64 << 10

    init(_ streams: ContainerStreams, _ log: ContainerLog, _ door: LocalListener?) {
        self.streams = streams
        self.log = log
        self.door = door
        hasInput = streams.input != nil
    }

    /// Carries bytes until the process has ended and all its output is read.
    ///
    /// - Parameter process: its pidfd.
    mutating func run(until process: Int32) {
        while true {
            for source in wait(process) {
                switch source {
                case .process:
                    // Everything in the container is dead by now, so nothing more can come.
                    while readOutput() {}
                    return
                case .output: _ = readOutput()
                case .input: writeInput()
                case .door: admit()
                case .client(let id): serve(id)
                }
            }
            dropSlowClients()
        }
    }

    /// Sends what is left to those attached, for as long as they take it, five seconds at most.
    mutating func finish() {
        let deadline = Clock.monotonic() + 5
        while Clock.monotonic() < deadline, clients.values.contains(where: { !$0.pending.isEmpty }) {
            for (id, client) in clients {
                if client.pending.isEmpty { continue }
                if Poll.wait(client.connection.rawValue, for: Int16(POLLOUT), until: deadline) { send(client) }
                if client.isGone { clients[id] = nil }
            }
        }
        clients = [:]
    }

    // MARK: Waiting

    private func wait(_ process: Int32) -> [Source] {
        var entries = [pollfd(fd: process, events: Int16(POLLIN), revents: 0)]
        var sources = [Source.process]
        func add(_ descriptor: Int32, _ events: Int16, _ source: Source) {
            guard events != 0 else { return }
            entries.append(pollfd(fd: descriptor, events: events, revents: 0))
            sources.append(source)
        }
        let isHeldUp = clients.values.contains { $0.pending.count > Self.patience }
        if hasOutput, !isHeldUp { add(streams.output, Int16(POLLIN), .output) }
        if hasInput, !input.isEmpty, let descriptor = streams.input { add(descriptor, Int16(POLLOUT), .input) }
        if let door, clients.count < Self.maximumClients { add(door.rawDescriptor, Int16(POLLIN), .door) }
        for (id, client) in clients {
            let hears = input.count <= Self.patience ? Int16(POLLIN) : 0
            let sends = client.pending.isEmpty ? 0 : Int16(POLLOUT)
            add(client.connection.rawValue, hears | sends, .client(id))
        }
        let count = poll(&entries, nfds_t(entries.count), isHeldUp ? 1_000 : -1)
        guard count > 0 else { return [] }
        return zip(entries, sources).filter { $0.0.revents != 0 }.map(\.1)
    }

    // MARK: The container

    /// Reads once; false when there is nothing.
    private mutating func readOutput() -> Bool {
        guard hasOutput else { return false }
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        let count = read(streams.output, &bytes, bytes.count)
        if count < 0, errno == EINTR { return true }
        if count < 0, errno == EAGAIN { return false }
        guard count > 0 else {
            // EIO: the last process closed its end of the terminal.
            hasOutput = false
            return false
        }
        log.append(bytes[..<count])
        for client in clients.values {
            client.pending += bytes[..<count]
            send(client)
        }
        return true
    }

    private mutating func writeInput() {
        guard hasInput, let descriptor = streams.input else { return input = [] }
        if !input.isEmpty {
            let count = input.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EAGAIN, errno != EINTR {
                // Nobody reads it any more.
                hasInput = false
                input = []
            } else if count > 0 {
                input.removeFirst(count)
            }
        }
        if input.isEmpty, endsInput, hasInput, !streams.isTerminal {
            close(descriptor)
            hasInput = false
        }
    }

    // MARK: Those attached

    private mutating func admit() {
        guard let connection = door?.acceptAtOnce() else { return }
        clients[nextClient] = Client(connection)
        nextClient += 1
    }

    private mutating func serve(_ id: Int) {
        guard let client = clients[id] else { return }
        if !client.pending.isEmpty { send(client) }
        if input.count <= Self.patience { hear(client) }
        if client.isGone { clients[id] = nil }
    }

    private mutating func hear(_ client: Client) {
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        let count = recv(client.connection.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return client.isGone = true }
        client.heard += bytes[..<count]
        do throws(AttachFrame.Malformed) {
            while let frame = try AttachFrame.take(from: &client.heard) { obey(frame) }
        } catch {
            client.isGone = true
        }
    }

    private mutating func obey(_ frame: AttachFrame) {
        guard let descriptor = streams.input ?? (streams.isTerminal ? streams.output : nil) else { return }
        switch frame {
        case .input(let bytes):
            guard hasInput, !endsInput else { return }
            input += bytes
            writeInput()
        case .endOfInput:
            guard hasInput else { return }
            if streams.isTerminal {
                // A terminal has no end of its own: it gets the character for it.
                input.append(4)
            } else {
                endsInput = true
            }
            writeInput()
        case .resize(let width, let height):
            var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
            _ = netlab_set_window_size(descriptor, &size)
        }
    }

    private func send(_ client: Client) {
        let count = client.pending.withUnsafeBytes {
            Glibc.send(
                client.connection.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count > 0 {
            client.pending.removeFirst(count)
            client.movedAt = Clock.monotonic()
        } else if errno != EAGAIN, errno != EINTR {
            client.isGone = true
        }
    }

    private mutating func dropSlowClients() {
        let now = Clock.monotonic()
        for (id, client) in clients {
            let isSlow = client.pending.count > Self.patience && now - client.movedAt > Self.clientPatience
            if client.isGone || isSlow { clients[id] = nil }
        }
    }
}
