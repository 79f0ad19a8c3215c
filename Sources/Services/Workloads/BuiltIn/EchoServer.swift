internal import NIOCore
internal import NIOHTTP1

/// Tells clients what the server saw of them, which is what NAT and a proxy change.
///
/// HTTP, TCP port `HTTP_PORT`, else `PORT`, else 8080, for any method and path:
///
///     Hostname: client-7d9f
///     Peer: 10.0.1.17:41022
///     Local: 10.0.2.9:8080
///     Request: GET /some/path
///
/// or, when the Accept header names application/json, one line
/// `{"hostname":"…","peer":"…","local":"…","method":"GET","path":"/some/path"}`.
///
/// UDP, port `UDP_PORT`, else that of HTTP: the line `HOSTNAME PEER:PORT SIZE` (SIZE is that of the payload in bytes),
/// then the payload itself when both fit the largest datagram (65,507 bytes). IPv6 addresses stand in brackets.
struct EchoServer: Sendable {
    /// The most a UDP datagram carries over IPv4.
    static let largestDatagram = 65_507

    let httpPort: String
    let udpPort: String
    let hostname: String

    init(environment: [String: String], hostname: String = HostName.current()) {
        func setting(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        httpPort = setting("HTTP_PORT") ?? setting("PORT") ?? "8080"
        udpPort = setting("UDP_PORT") ?? httpPort
        self.hostname = hostname
    }

    func start() throws {
        let server = BuiltInServer()
        try server.listenHTTP(port: BuiltInServer.port(httpPort)) { self.answer($0) }
        try server.listenUDP(port: BuiltInServer.port(udpPort)) { self.reply(to: $0, from: $1) }
        ServerLog.write("Echo listening on TCP port \(httpPort) and UDP port \(udpPort)")
    }

    /// The answer to an HTTP request.
    func answer(_ request: HTTPQuestion) -> HTTPAnswer {
        ServerLog.write("\(request.method) \(request.path) from \(request.peer)")
        guard request.accept.contains("application/json") else {
            let lines = [
                "Hostname: \(hostname)", "Peer: \(request.peer)", "Local: \(request.local)",
                "Request: \(request.method) \(request.path)",
            ]
            return HTTPAnswer(contentType: HTTPAnswer.plainText, body: lines.joined(separator: "\n") + "\n")
        }
        let members = [
            ("hostname", hostname), ("peer", request.peer), ("local", request.local), ("method", request.method),
            ("path", request.path),
        ]
        let body = members.map { "\"\($0)\":\(Self.quoted($1))" }.joined(separator: ",")
        return HTTPAnswer(contentType: "application/json", body: "{\(body)}\n")
    }

    /// The answer to a datagram.
    func reply(to payload: [UInt8], from peer: String) -> [UInt8] {
        let line = Array("\(hostname) \(peer) \(payload.count)\n".utf8)
        return line.count + payload.count <= Self.largestDatagram ? line + payload : line
    }

    /// A JSON string (RFC 8259 section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
