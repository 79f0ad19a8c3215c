internal import CLinux
internal import CNetlink
internal import Checks
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// One TCP connection of a probe.
struct StreamProbe: ~Copyable {
    private let socket: FileDescriptor
    private let address: SocketAddress
    /// An answer is read up to so many bytes.
    private static let mostBytes = 64 << 10

    init(_ probe: Probe, _ port: UInt16) throws(KernelError) {
        socket = try ProbeErrno.socket(in: probe.from, Int32(SOCK_STREAM.rawValue))
        address = SocketAddress(probe.to, port)
    }

    /// Connects and closes again.
    func connect(until deadline: Double) -> ProbeOutcome {
        var code = ProbeErrno.connect(socket.rawValue, address)
        if code == EINPROGRESS {
            guard Poll.wait(socket.rawValue, for: Int16(POLLOUT), until: deadline) else { return .timedOut }
            code = SocketOptions.pendingError(socket.rawValue)
        }
        return code == 0 ? .answered : ProbeErrno.outcome(code)
    }

    /// Asks for a path, and reads the answer to its end.
    func get(_ path: String, until deadline: Double) -> ProbeOutcome {
        let connected = connect(until: deadline)
        guard connected == .answered else { return connected }
        let request = Array(
            "GET \(path) HTTP/1.1\r\nHost: \(address.address):\(address.port)\r\nUser-Agent: netlab\r\nConnection: close\r\n\r\n"
                .utf8)
        guard send(socket.rawValue, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return ProbeErrno.outcome(errno)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.count < Self.mostBytes {
            guard Poll.wait(socket.rawValue, for: Int16(POLLIN), until: deadline) else { return .timedOut }
            let count = recv(socket.rawValue, &chunk, chunk.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            if count < 0 { return ProbeErrno.outcome(errno) }
            if count == 0 { break }
            answer += chunk[..<count]
        }
        guard let response = HTTPResponse(answer) else { return .unreachable("an answer that is no HTTP", by: nil) }
        return .responses([response])
    }
}

/// One datagram of a probe, and the answer to it.
struct DatagramProbe: ~Copyable {
    private let socket: FileDescriptor
    private let address: SocketAddress

    init(_ probe: Probe, _ port: UInt16) throws(KernelError) {
        socket = try ProbeErrno.socket(in: probe.from, Int32(SOCK_DGRAM.rawValue))
        address = SocketAddress(probe.to, port)
        // Otherwise only a refusal is told, and not that a router knows no way.
        SocketOptions.set(socket.rawValue, Int32(IPPROTO_IP), IP_RECVERR, 1)
    }

    func exchange(until deadline: Double) -> ProbeOutcome {
        let code = ProbeErrno.connect(socket.rawValue, address)
        guard code == 0 else { return ProbeErrno.outcome(code) }
        let payload = Array("netlab\n".utf8)
        guard send(socket.rawValue, payload, payload.count, Int32(MSG_NOSIGNAL)) == payload.count else {
            return ProbeErrno.outcome(errno)
        }
        var buffer = [UInt8](repeating: 0, count: 2048)
        while Poll.wait(socket.rawValue, for: Int16(POLLIN), until: deadline) {
            if recv(socket.rawValue, &buffer, buffer.count, 0) >= 0 { return .answered }
            if errno != EAGAIN, errno != EINTR { return ProbeErrno.outcome(errno) }
        }
        return .timedOut
    }
}

/// A TCP listener that says whom it saw.
struct SourceListener: ~Copyable {
    private let socket: FileDescriptor
    private let port: UInt16

    init(at namespace: NamespaceName) throws(KernelError) {
        let socket = try ProbeErrno.socket(in: namespace, Int32(SOCK_STREAM.rawValue))
        let any = SocketAddress(IPAddress(0, 0, 0, 0), 0)
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = socket.rawValue
        let isListening = any.withSockaddr { bind(descriptor, $0, $1) } == 0 && listen(descriptor, 1) == 0
        let isNamed = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isListening, isNamed, let bound = SocketAddress(storage) else {
            throw KernelError(errno: errno, "listen in \(namespace)")
        }
        port = bound.port
        self.socket = socket
    }

    /// Has the probe's sender connect, and answers whom this end sees.
    func seen(by probe: Probe, until deadline: Double) throws(KernelError) -> ProbeOutcome {
        let sender = try StreamProbe(probe, port)
        let outcome = sender.connect(until: deadline)
        guard outcome == .answered else { return outcome }
        guard Poll.wait(socket.rawValue, for: Int16(POLLIN), until: deadline) else { return .timedOut }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept(socket.rawValue, $0, &length) }
        }
        guard accepted >= 0 else { return ProbeErrno.outcome(errno) }
        close(accepted)
        return SocketAddress(storage).map { .seen($0.address) } ?? .timedOut
    }
}
