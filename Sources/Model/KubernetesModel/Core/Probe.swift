/// How a container's health is asked (core/v1 Probe). Absent numbers have the API server's defaults.
package struct Probe: Codable, Hashable, Sendable {
    package var exec: ExecAction?
    package var httpGet: HTTPGetAction?
    package var tcpSocket: TCPSocketAction?
    package var grpc: JSONValue?
    package var initialDelaySeconds: Int32?
    /// Default 1.
    package var timeoutSeconds: Int32?
    /// Default 10.
    package var periodSeconds: Int32?
    /// Default 1.
    package var successThreshold: Int32?
    /// Default 3.
    package var failureThreshold: Int32?
    package var terminationGracePeriodSeconds: Int64?

    package init(
        exec: ExecAction? = nil, httpGet: HTTPGetAction? = nil, tcpSocket: TCPSocketAction? = nil,
        grpc: JSONValue? = nil, initialDelaySeconds: Int32? = nil, timeoutSeconds: Int32? = nil,
        periodSeconds: Int32? = nil, successThreshold: Int32? = nil, failureThreshold: Int32? = nil,
        terminationGracePeriodSeconds: Int64? = nil
    ) {
        self.exec = exec
        self.httpGet = httpGet
        self.tcpSocket = tcpSocket
        self.grpc = grpc
        self.initialDelaySeconds = initialDelaySeconds
        self.timeoutSeconds = timeoutSeconds
        self.periodSeconds = periodSeconds
        self.successThreshold = successThreshold
        self.failureThreshold = failureThreshold
        self.terminationGracePeriodSeconds = terminationGracePeriodSeconds
    }
}

/// A command whose exit code answers (core/v1 ExecAction).
package struct ExecAction: Codable, Hashable, Sendable {
    package var command: [String]?

    package init(command: [String]? = nil) {
        self.command = command
    }
}

/// An HTTP request whose status answers; 200 to 399 is success (core/v1 HTTPGetAction).
package struct HTTPGetAction: Codable, Hashable, Sendable {
    package var path: String?
    package var port: IntOrString
    package var host: String?
    /// `HTTP` or `HTTPS`.
    package var scheme: String?
    package var httpHeaders: [HTTPHeader]?

    package init(
        path: String? = nil, port: IntOrString, host: String? = nil, scheme: String? = nil,
        httpHeaders: [HTTPHeader]? = nil
    ) {
        self.path = path
        self.port = port
        self.host = host
        self.scheme = scheme
        self.httpHeaders = httpHeaders
    }
}

/// One header of a probe's request (core/v1 HTTPHeader).
package struct HTTPHeader: Codable, Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A connection that must succeed (core/v1 TCPSocketAction).
package struct TCPSocketAction: Codable, Hashable, Sendable {
    package var port: IntOrString
    package var host: String?

    package init(port: IntOrString, host: String? = nil) {
        self.port = port
        self.host = host
    }
}
