import NetlabTestSupport
import NetworkModel

/// One-shot questions to a lab, each with a time limit and gone when answered.
enum Probe {
    /// Pings once; the TTL of the answer, or nil when none came within `wait` seconds.
    static func ping(_ from: NamespaceName, _ address: String, wait: Int = 3, options: String = "") throws -> Int? {
        let text = try pingText(from, address, wait: wait, options: options)
        return text.firstMatch(of: /ttl=(\d+)/).flatMap { Int($0.1) }
    }

    /// What ping printed, whether or not an answer came.
    static func pingText(_ from: NamespaceName, _ address: String, wait: Int, options: String = "") throws -> String {
        try Witness.shell(
            "ip netns exec \(from) timeout \(wait + 2) ping -n -c 1 -W \(wait) \(options) \(address) 2>&1 || true")
    }

    /// The source address that a place sees on the first packet of this protocol that reaches it.
    ///
    /// The far end listens on a raw socket, so no answer is needed and none has to find its way back; the near end
    /// repeats its packet until the far end has seen one. nil when nothing arrives in time.
    static func sourceSeen(
        by far: NamespaceName, from near: NamespaceName, to address: String, _ transport: Transport,
        bind source: String = ""
    ) throws -> String? {
        let text = try Witness.shell(
            """
            ip netns exec \(far) timeout 5 python3 -c '\(receiver)' \(transport.rawValue) 2>/dev/null & far=$!
            ip netns exec \(near) timeout 6 python3 -c '\(sender)' \(transport.rawValue) \(address) \(source) & near=$!
            wait $far
            kill $near 2>/dev/null
            wait $near 2>/dev/null
            true
            """)
        let line = text.split(separator: "\n").first.map(String.init)
        return line
    }

    /// Protocol numbers; `other` is one of RFC 3692's for experiments.
    enum Transport: Int, CaseIterable, Sendable {
        case icmp = 1
        case tcp = 6
        case udp = 17
        case other = 253
    }

    /// What a TCP connect or a UDP datagram to a port gets: `refused`, `timeout`, `connected` or `silence`.
    static func answer(_ from: NamespaceName, _ address: String, port: Int, _ transport: Transport) throws -> String {
        try Witness.shell(
            "ip netns exec \(from) timeout 5 python3 -c '\(asker)' \(transport.rawValue) \(address) \(port)"
        )
        .filter { !$0.isNewline }
    }

    private static let receiver = """
        import socket, sys
        p = int(sys.argv[1])
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, p)
        s.settimeout(4)
        while True:
            d, a = s.recvfrom(2048)
            h = (d[0] & 15) * 4
            if p == 1 and d[h] != 8: continue
            if p in (6, 17) and int.from_bytes(d[h + 2:h + 4], "big") != 9000: continue
            print(a[0])
            break
        """

    private static let sender = """
        import socket, sys, time
        p, to = int(sys.argv[1]), sys.argv[2]
        for attempt in range(100):
            kind = {6: socket.SOCK_STREAM, 17: socket.SOCK_DGRAM}.get(p, socket.SOCK_RAW)
            s = socket.socket(socket.AF_INET, kind, p)
            if len(sys.argv) > 3: s.bind((sys.argv[3], 0))
            s.setblocking(False)
            try:
                if p == 6: s.connect_ex((to, 9000))
                elif p == 1: s.sendto(bytes([8, 0, 0xf7, 0xfd, 0, 1, 0, 1]), (to, 0))
                else: s.sendto(b"netlab", (to, 9000 if p == 17 else 0))
            except OSError: pass
            time.sleep(0.05)
            s.close()
        """

    private static let asker = """
        import socket, sys
        p, to = int(sys.argv[1]), (sys.argv[2], int(sys.argv[3]))
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if p == 6 else socket.SOCK_DGRAM)
        s.settimeout(2)
        try:
            s.connect(to)
            if p == 6: print("connected")
            else:
                s.send(b"x")
                s.recv(9)
                print("answered")
        except ConnectionRefusedError: print("refused")
        except TimeoutError: print("timeout" if p == 6 else "silence")
        """
}
