package import KubernetesModel
package import NetworkModel

/// What a probe means in terms of the runtime.
package enum ProbeCheck: Hashable, Sendable {
    case command([String])
    case connection(ConnectProbe)
    /// It can never succeed here; the message.
    case impossible(String)

    /// - Parameter address: the pod's, asked when the probe names no host.
    package init(
        _ probe: Probe, of container: Container, namespace: NamespaceName, address: IPAddress?, timeout: Double
    ) {
        if let exec = probe.exec {
            self = .command(exec.command ?? [])
            return
        }
        guard let reference = probe.httpGet?.port ?? probe.tcpSocket?.port else {
            self = .impossible("gRPC probes are not supported")
            return
        }
        let host = probe.httpGet?.host ?? probe.tcpSocket?.host
        guard let port = Self.port(reference, of: container) else {
            self = .impossible("couldn't find port: \(reference)")
            return
        }
        guard let target = host.flatMap({ $0.isEmpty ? nil : $0 }).map({ IPAddress($0) }) ?? address else {
            self = .impossible("no address to probe")
            return
        }
        if probe.httpGet?.scheme == "HTTPS" {
            self = .impossible("HTTPS probes are not supported")
            return
        }
        self = .connection(
            ConnectProbe(
                namespace: namespace, address: target, port: port,
                request: probe.httpGet.map { Self.request($0, target, port) }, timeout: timeout))
    }

    /// Success: connected, and for HTTP a status from 200 to 399 (kubelet's tcp and http probers). What is said of a
    /// failure is what Go's net package says.
    package static func answer(_ result: ConnectResult, of probe: ConnectProbe) -> ProbeAnswer {
        let place = place(probe.address, probe.port)
        let url = probe.request.map { "Get \"http://\(place)\(path(of: $0))\": " }
        switch result {
        case .answered(let bytes): return url.map { answer(bytes, $0) } ?? .success
        case .refused: return .failure("\(url ?? "")dial tcp \(place): connect: connection refused")
        case .unreachable(let errno):
            return .failure("\(url ?? "")dial tcp \(place): connect: \(words(errno))")
        case .timedOut:
            let late = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            return .failure(url.map { $0 + late } ?? "dial tcp \(place): i/o timeout")
        }
    }

    private static func answer(_ bytes: [UInt8], _ url: String) -> ProbeAnswer {
        guard !bytes.isEmpty else { return .failure("\(url)EOF") }
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let text = String(decoding: line.prefix(100), as: UTF8.self)
        let words = text.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            return .failure("\(url)malformed HTTP response \"\(text)\"")
        }
        return (200..<400).contains(status) ? .success : .failure("HTTP probe failed with statuscode: \(status)")
    }

    private static func place(_ address: IPAddress, _ port: UInt16) -> String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private static func path(of request: [UInt8]) -> String {
        let words = String(decoding: request.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? String(words[1]) : "/"
    }

    /// Linux' numbers of those a connection may end with.
    private static func words(_ errno: Int32) -> String {
        switch errno {
        case 101: "network is unreachable"
        case 104: "connection reset by peer"
        case 113: "no route to host"
        default: "errno \(errno)"
        }
    }

    private static func port(_ reference: IntOrString, of container: Container) -> UInt16? {
        switch reference {
        case .int(let value): return UInt16(exactly: value)
        case .string(let name):
            let named = (container.ports ?? []).first { $0.name == name }
            return named.map { UInt16(exactly: $0.containerPort) } ?? UInt16(name)
        }
    }

    private static func request(_ get: HTTPGetAction, _ address: IPAddress, _ port: UInt16) -> [UInt8] {
        let own = (get.path ?? "/")
        let path = own.hasPrefix("/") ? own : "/" + own
        var headers = [
            ("Host", place(address, port)), ("User-Agent", "kube-probe/1.25"), ("Accept", "*/*"),
            ("Connection", "close"),
        ]
        for header in get.httpHeaders ?? [] {
            headers.removeAll { $0.0.lowercased() == header.name.lowercased() }
            headers.append((header.name, header.value))
        }
        let head = headers.map { "\($0): \($1)\r\n" }.joined()
        return Array("GET \(path) HTTP/1.1\r\n\(head)\r\n".utf8)
    }
}
