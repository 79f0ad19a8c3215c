internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
package import PodLifecycle

extension NamespacedProcesses {
    package func connect(_ probe: ConnectProbe) throws(ContainerRuntimeError) -> ConnectResult {
        let deadline = Clock.monotonic() + probe.timeout
        let socket: FileDescriptor
        do throws(KernelError) {
            let namespace = try NamespaceFile.open(probe.namespace)
            let family = probe.address.family == .ipv4 ? AF_INET : AF_INET6
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            // A socket belongs to the namespace it was made in; everything after that may happen at home.
            let raw = try NamespaceThread.run(inNamespace: namespace.rawValue) { () throws(KernelError) -> Int32 in
                let raw = Glibc.socket(family, type, 0)
                guard raw >= 0 else { throw KernelError(errno: errno, "open a socket in \(probe.namespace)") }
                return raw
            }
            socket = FileDescriptor(owning: raw)
        } catch {
            throw ContainerRuntimeError(error)
        }
        if let failure = Self.connect(socket.rawValue, to: probe, until: deadline) { return failure }
        guard let request = probe.request else { return .answered([]) }
        return Self.exchange(socket.rawValue, request, until: deadline)
    }

    /// nil once connected.
    private static func connect(_ socket: Int32, to probe: ConnectProbe, until deadline: Double) -> ConnectResult? {
        var code = start(socket, probe)
        if code == EINPROGRESS {
            guard Poll.wait(socket, for: Int16(POLLOUT), until: deadline) else { return .timedOut }
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
        }
        switch code {
        case 0: return nil
        case ECONNREFUSED: return .refused
        case ETIMEDOUT: return .timedOut
        default: return .unreachable(errno: code)
        }
    }

    private static func start(_ socket: Int32, _ probe: ConnectProbe) -> Int32 {
        let bytes = probe.address.bytes
        func connect<Address>(_ address: inout Address) -> Int32 {
            let size = socklen_t(MemoryLayout<Address>.size)
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(socket, $0, size) == 0 ? 0 : errno
                }
            }
        }
        switch probe.address.family {
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = probe.port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            return connect(&address)
        case .ipv6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = probe.port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return connect(&address)
        }
    }

    /// Sends the request and reads the answer to its end, 64 KiB or the deadline; nothing read at all is a time-out.
    private static func exchange(_ socket: Int32, _ request: [UInt8], until deadline: Double) -> ConnectResult {
        var rest = request[...]
        while !rest.isEmpty {
            guard Poll.wait(socket, for: Int16(POLLOUT), until: deadline) else { return .timedOut }
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                return .unreachable(errno: errno)
            }
            rest = rest.dropFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.count < outputLimit {
            guard Poll.wait(socket, for: Int16(POLLIN), until: deadline) else {
                return answer.isEmpty ? .timedOut : .answered(answer)
            }
            let count = recv(socket, &chunk, min(chunk.count, outputLimit - answer.count), 0)
            if count < 0 && (errno == EAGAIN || errno == EINTR) { continue }
            if count < 0 && answer.isEmpty { return .unreachable(errno: errno) }
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        return .answered(answer)
    }
}
