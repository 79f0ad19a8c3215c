internal import CLinux
internal import CNetlink
internal import Checks
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
internal import Synchronization

/// A raw ICMP socket that sends echo requests to one address and hears what becomes of them.
///
/// Raw, because the unprivileged kind of ping socket is closed to everybody in a new namespace
/// (net.ipv4.ping_group_range).
struct EchoSocket: ~Copyable {
    private let socket: FileDescriptor
    private let identifier: UInt16
    /// Why the kernel knows no way there; nil when it does.
    private let refusal: ProbeOutcome?

    /// Every raw socket of a namespace hears every answer: identifiers tell the probes of this process apart, and the
    /// process's number those of others.
    private static let identifiers = Atomic<UInt16>(UInt16(truncatingIfNeeded: getpid() &* 61))

    /// Bytes of the IPv4 and the ICMP header.
    private static let headers = 28

    init(_ probe: Probe) throws(KernelError) {
        socket = try ProbeErrno.socket(in: probe.from, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_ICMP))
        identifier = Self.identifiers.wrappingAdd(1, ordering: .relaxed).newValue
        SocketOptions.set(socket.rawValue, Int32(IPPROTO_IP), IP_RECVERR, 1)
        let code = ProbeErrno.connect(socket.rawValue, SocketAddress(probe.to, 0))
        refusal = code == 0 ? nil : ProbeErrno.outcome(code)
    }

    /// What became of one request.
    private enum Event {
        case reply
        case error(errno: Int32, router: IPAddress?, mtu: Int)
        case silence
    }

    // MARK: What probes ask

    func echo(until deadline: Double) -> ProbeOutcome {
        if let refusal { return refusal }
        switch ask(1, bytes: 84, until: deadline) {
        case .reply: return .answered
        case .error(let code, let router, _): return ProbeErrno.outcome(code, by: router)
        case .silence: return .timedOut
        }
    }

    /// The routers on the way. Two in a row that say nothing end the search.
    func hops(_ timeout: Double) -> ProbeOutcome {
        if let refusal { return refusal }
        var hops: [IPAddress?] = []
        for hop in 1...16 {
            SocketOptions.set(socket.rawValue, Int32(IPPROTO_IP), IP_TTL, Int32(hop))
            switch ask(UInt16(hop), bytes: 84, until: Clock.monotonic() + timeout) {
            case .reply: return .hops(hops, reached: true)
            case .error(let code, let router, _):
                // EHOSTUNREACH stands for "time exceeded" too; an answer of the far end itself is no hop.
                hops.append(router)
                if code != EHOSTUNREACH || hops.dropLast().last == router { return .hops(hops, reached: false) }
            case .silence:
                if let last = hops.last, last == nil { return .hops(hops, reached: false) }
                hops.append(nil)
            }
        }
        return .hops(hops, reached: false)
    }

    /// The largest packet that comes through whole, following the errors that say what would.
    func largest(_ timeout: Double) -> ProbeOutcome {
        if let refusal { return refusal }
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.rawValue, Int32(IPPROTO_IP), IP_MTU, &size, &length)
        SocketOptions.set(socket.rawValue, Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        var bytes = Int(size)
        for sequence in UInt16(1)...16 {
            switch ask(sequence, bytes: bytes, until: Clock.monotonic() + timeout) {
            case .reply: return .largest(bytes, discovery: true)
            case .error(EMSGSIZE, _, let mtu) where (68..<bytes).contains(mtu): bytes = mtu
            case .error(let code, let router, _): return ProbeErrno.outcome(code, by: router)
            case .silence: return search(below: bytes, timeout)
            }
        }
        return .timedOut
    }

    /// The size was swallowed: halves the range until the largest that is answered is known.
    private func search(below bytes: Int, _ timeout: Double) -> ProbeOutcome {
        // Sends whatever size it is told, however small the path is known to be.
        SocketOptions.set(socket.rawValue, Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_PROBE)
        var sequence: UInt16 = 100
        func isAnswered(_ size: Int) -> Bool {
            sequence += 1
            if case .reply = ask(sequence, bytes: size, until: Clock.monotonic() + min(timeout, 0.3)) { return true }
            return false
        }
        var (good, bad) = (68, bytes + 1)
        guard isAnswered(good) else { return .timedOut }
        while bad - good > 1 {
            let middle = (good + bad) / 2
            if isAnswered(middle) { good = middle } else { bad = middle }
        }
        return .largest(good, discovery: good >= bytes)
    }

    // MARK: One request

    private func ask(_ sequence: UInt16, bytes: Int, until deadline: Double) -> Event {
        let request = packet(sequence, bytes: bytes)
        var sent = send(socket.rawValue, request, request.count, 0)
        // The error of an earlier request may wait on the socket; it is taken with the call that reports it.
        if sent < 0, errno != EMSGSIZE { sent = send(socket.rawValue, request, request.count, 0) }
        if sent < 0 {
            let code = errno
            return takeError(any: true) ?? .error(errno: code, router: nil, mtu: 0)
        }
        while Poll.wait(socket.rawValue, for: Int16(POLLIN), until: deadline) {
            if isReply(sequence) { return .reply }
            if let error = takeError(sequence) { return error }
            _ = SocketOptions.pendingError(socket.rawValue)
        }
        return .silence
    }

    private func packet(_ sequence: UInt16, bytes: Int) -> [UInt8] {
        var packet = [UInt8](repeating: 0, count: max(8, bytes - 20))
        packet[0] = 8
        for (index, value) in [identifier, sequence].enumerated() {
            packet[4 + 2 * index] = UInt8(value >> 8)
            packet[5 + 2 * index] = UInt8(value & 0xff)
        }
        let checksum = Self.checksum(packet)
        packet[2] = UInt8(checksum >> 8)
        packet[3] = UInt8(checksum & 0xff)
        return packet
    }

    /// The Internet checksum, RFC 1071.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0
            sum += UInt32(bytes[index]) << 8 | low
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }

    private func isReply(_ sequence: UInt16) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_535)
        while true {
            let count = recv(socket.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return false }
            // The IP header comes with it.
            let header = Int(buffer[0] & 0xf) * 4
            guard count >= header + 8, buffer[header] == 0 else { continue }
            if isOwn(buffer[header...], sequence) { return true }
        }
    }

    private func isOwn(_ echo: ArraySlice<UInt8>, _ sequence: UInt16) -> Bool {
        let bytes = Array(echo.prefix(8))
        return bytes.count == 8 && UInt16(bytes[4]) << 8 | UInt16(bytes[5]) == identifier
            && UInt16(bytes[6]) << 8 | UInt16(bytes[7]) == sequence
    }

    /// Takes errors off the socket's queue until one is of this request.
    ///
    /// - Parameter any: the one that the failed call put there has no request.
    private func takeError(_ sequence: UInt16 = 0, any: Bool = false) -> Event? {
        var payload = [UInt8](repeating: 0, count: 128)
        // A control message header, `sock_extended_err` and the sender's address: 16 + 16 + 16 bytes, and room.
        var control = [UInt8](repeating: 0, count: 256)
        while true {
            let (count, length) = payload.withUnsafeMutableBytes { payload in
                control.withUnsafeMutableBytes { control in
                    var vector = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
                    return withUnsafeMutablePointer(to: &vector) { vector in
                        var message = msghdr()
                        message.msg_iov = vector
                        message.msg_iovlen = 1
                        message.msg_control = control.baseAddress
                        message.msg_controllen = control.count
                        let count = recvmsg(
                            socket.rawValue, &message, Int32(MSG_ERRQUEUE | MSG_DONTWAIT))
                        return (count, Int(message.msg_controllen))
                    }
                }
            }
            guard count >= 0 else { return nil }
            guard let error = Self.extendedError(control.prefix(length)) else { continue }
            if any || isOwn(payload[..<count], sequence) { return error }
        }
    }

    /// Reads linux/errqueue.h's `sock_extended_err` behind a control message's header.
    private static func extendedError(_ control: ArraySlice<UInt8>) -> Event? {
        let bytes = Array(control)
        guard bytes.count >= 32 else { return nil }
        return bytes.withUnsafeBytes { raw in
            let code = raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            let origin = raw.load(fromByteOffset: 20, as: UInt8.self)
            let info = raw.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
            // SO_EE_ORIGIN_ICMP: whoever sent the error follows as a sockaddr_in.
            let router: IPAddress? =
                origin == 2 && bytes.count >= 40 ? IPAddress(bytes: Array(bytes[36..<40])) : nil
            return .error(errno: Int32(bitPattern: code), router: router, mtu: Int(info))
        }
    }
}
