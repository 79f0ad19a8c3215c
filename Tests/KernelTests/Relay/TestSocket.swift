import Foundation
import NetworkModel
import Synchronization

/// A blocking IPv4 socket whose every call ends after ten seconds, so that a broken relay fails a test, not the run.
final class TestSocket: Sendable {
    let descriptor: Int32

    /// In the namespace of the calling thread.
    convenience init(stream: Bool) {
        let kind = stream ? SOCK_STREAM : SOCK_DGRAM
        self.init(adopting: socket(AF_INET, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0))
    }

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    }

    deinit { close(descriptor) }

    /// 0 or the errno.
    @discardableResult
    func connect(to address: IPAddress, _ port: UInt16) -> Int32 {
        withAddress(address, port) { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
    }

    /// Starts a connection without waiting for it.
    func startConnecting(to address: IPAddress, _ port: UInt16) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        connect(to: address, port)
    }

    func bind(to address: IPAddress, _ port: UInt16) -> Int32 {
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        return withAddress(address, port) { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
    }

    /// Whether one of the poll events comes within so many milliseconds.
    func waits(for events: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// The error on the socket, taken off it.
    var pendingError: Int32 {
        var code: Int32 = 0
        var size = socklen_t(4)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code
    }

    /// 0, or the errno; writes all.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Int32 {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 { return errno }
            sent += count
        }
        return 0
    }

    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What one read gives; empty at the end, nil with an error.
    func read(_ limit: Int = 65_536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }

    /// Everything up to the end, and the errno that ended it (0: FIN).
    func readToEnd() -> (bytes: [UInt8], error: Int32) {
        var all: [UInt8] = []
        while true {
            guard let part = read() else { return (all, errno) }
            if part.isEmpty { return (all, 0) }
            all += part
        }
    }

    func readText() -> String { String(decoding: readToEnd().bytes, as: UTF8.self) }

    /// Makes the close that follows a RST.
    func resetOnClose() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// A RST at once, whatever is still to be sent; the descriptor stays, of no more use. Connecting a stream to the
    /// family AF_UNSPEC is how Linux takes a connection back (tcp_disconnect).
    func resetNow() {
        resetOnClose()
        var nobody = sockaddr()
        nobody.sa_family = sa_family_t(AF_UNSPEC)
        _ = withUnsafePointer(to: &nobody) { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr>.size)) }
    }

    /// The port it has on its own side.
    var localPort: UInt16 {
        var raw = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: raw.sin_port)
    }

    static func address(of raw: sockaddr_in) -> IPAddress {
        IPAddress(family: .ipv4, bits: UInt128(UInt32(bigEndian: raw.sin_addr.s_addr)))
    }

    private func withAddress<Value>(
        _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = port.bigEndian
        raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
        return withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A backend on threads of its own: the test and the relay never wait for each other.
final class TestServer: Sendable {
    enum Behaviour: Sendable {
        /// Sends back what comes, and its FIN after the client's.
        case echo
        /// Says its name and the peer's address, then closes.
        case name
        /// Reads one byte and resets.
        case reset
        /// Holds connections for the test to use by itself.
        case hold
        /// UDP: sends back what comes.
        case datagramEcho
    }

    struct BindFailed: Error { var errno: Int32 }

    private let socket: TestSocket
    private let held = Mutex<[TestSocket]>([])
    private let ended = DispatchSemaphore(value: 0)

    init(_ socket: TestSocket, _ address: IPAddress, _ port: UInt16, name: String, _ behaviour: Behaviour) throws {
        self.socket = socket
        let status = socket.bind(to: address, port)
        guard status == 0 else { throw BindFailed(errno: status) }
        if behaviour != .datagramEcho { listen(socket.descriptor, 128) }
        let thread = Thread { [weak self, ended] in
            let descriptor = socket.descriptor
            if behaviour == .datagramEcho {
                Self.echoDatagrams(descriptor)
            } else {
                Self.accept(descriptor) { connection, peer in
                    if behaviour == .hold {
                        self?.held.withLock { $0.append(connection) }
                    } else {
                        Thread { Self.serve(connection, peer, name, behaviour) }.start()
                    }
                }
            }
            ended.signal()
        }
        thread.start()
    }

    /// Ends the accepting thread; those of connections end with them.
    func stop() {
        shutdown(socket.descriptor, Int32(SHUT_RDWR))
        ended.wait()
        ended.signal()
    }

    deinit { stop() }

    /// The next connection held; nil after ten seconds.
    func takeConnection() -> TestSocket? {
        for _ in 0..<1000 {
            if let connection = held.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return connection }
            usleep(10_000)
        }
        return nil
    }

    private static func accept(_ descriptor: Int32, _ body: (TestSocket, IPAddress) -> Void) {
        while true {
            var raw = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let connection = withUnsafeMutablePointer(to: &raw) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &length) }
            }
            if connection >= 0 {
                body(TestSocket(adopting: connection), TestSocket.address(of: raw))
            } else {
                // The receive timeout bounds accept too; only stop() makes it fail otherwise.
                if errno != EAGAIN && errno != EINTR { return }
            }
        }
    }

    private static func serve(_ connection: TestSocket, _ peer: IPAddress, _ name: String, _ behaviour: Behaviour) {
        switch behaviour {
        case .name: connection.write(Array("\(name) \(peer)".utf8))
        case .reset:
            _ = connection.read(1)
            connection.resetOnClose()
        default:
            while let part = connection.read(), !part.isEmpty { connection.write(part) }
            connection.finishWriting()
        }
    }

    private static func echoDatagrams(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let isDone = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                    let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                    // shutdown() on an unconnected UDP socket ends a waiting receive with 0 bytes and no peer.
                    if count < 0 { return errno != EAGAIN && errno != EINTR }
                    if count == 0 && length == 0 { return true }
                    sendto(descriptor, buffer, count, 0, address, length)
                    return false
                }
            }
            if isDone { return }
        }
    }
}
