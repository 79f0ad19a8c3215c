import Foundation
import LinuxKernel
import NetworkModel

/// A backend that tells each client the address and port it came from: over TCP at once, then it waits for the client's
/// end; over UDP in answer to a datagram, which it sends back instead when it is longer than 100 bytes.
final class PeerServer: Sendable {
    struct BindFailed: Error { var errno: Int32 }

    private let listener: TestSocket
    private let datagrams: TestSocket
    private let ended = DispatchGroup()

    init(in namespace: NamespaceName, _ address: IPAddress, _ port: UInt16) throws {
        let file = try NamespaceFile.open(namespace)
        (listener, datagrams) = try NamespaceThread.run(inNamespace: file.rawValue) {
            (TestSocket(stream: true), TestSocket(stream: false))
        }
        for socket in [listener, datagrams] {
            let status = socket.bind(to: address, port)
            guard status == 0 else { throw BindFailed(errno: status) }
        }
        var room: Int32 = 4 << 20
        setsockopt(datagrams.descriptor, SOL_SOCKET, SO_RCVBUF, &room, 4)
        listen(listener.descriptor, 512)
        let (listener, datagrams, ended) = (listener.descriptor, datagrams.descriptor, ended)
        ended.enter()
        Thread {
            Self.accept(listener)
            ended.leave()
        }.start()
        ended.enter()
        Thread {
            Self.answer(datagrams)
            ended.leave()
        }.start()
    }

    deinit {
        for socket in [listener, datagrams] { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }
        ended.wait()
    }

    private static func text(_ peer: sockaddr_in) -> [UInt8] {
        Array("\(TestSocket.address(of: peer)):\(UInt16(bigEndian: peer.sin_port))".utf8)
    }

    private static func accept(_ descriptor: Int32) {
        while true {
            var peer = sockaddr_in()
            let connection = receivingPeer(&peer) { Glibc.accept(descriptor, $0, $1) }
            if connection >= 0 {
                let socket = TestSocket(adopting: connection)
                socket.write(text(peer))
                Thread { _ = socket.readToEnd() }.start()
            } else if errno != EAGAIN && errno != EINTR {
                return
            }
        }
    }

    private static func answer(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var peer = sockaddr_in()
            let count = receivingPeer(&peer) { recvfrom(descriptor, &buffer, buffer.count, 0, $0, $1) }
            if count < 0 {
                if errno != EAGAIN && errno != EINTR { return }
                continue
            }
            // shutdown() ends the wait with nothing, from nobody.
            if peer.sin_family == 0 { return }
            let reply = count > 100 ? Array(buffer[..<count]) : text(peer)
            withUnsafePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = sendto(descriptor, reply, reply.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    private static func receivingPeer<Value>(
        _ peer: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
    ) -> Value {
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}
