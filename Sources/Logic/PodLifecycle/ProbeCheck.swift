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

    /// Success: connected, and for HTTP a status from 200 to 399 (kubelet's http prober).
    package static func passes(_ result: ConnectResult, isHTTP: Bool) -> Bool {
        guard case .answered(let bytes) = result else { return false }
        guard isHTTP else { return true }
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { return false }
        return (200..<400).contains(status)
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
        let host = address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        var headers = [("Host", host), ("User-Agent", "kube-probe/1.25"), ("Accept", "*/*"), ("Connection", "close")]
        for header in get.httpHeaders ?? [] {
            headers.removeAll { $0.0.lowercased() == header.name.lowercased() }
            headers.append((header.name, header.value))
        }
        let head = headers.map { "\($0): \($1)\r\n" }.joined()
        return Array("GET \(path) HTTP/1.1\r\n\(head)\r\n".utf8)
    }
}
