internal import NIOHTTP1

/// Google's hello-app (kubernetes-engine-samples, quickstarts/hello-app/main.go; behaviour 7): three lines for any path
/// and method, on `PORT`, default 8080.
struct HelloApp: Sendable {
    let version: String
    let port: String
    let hostname: String

    init(version: String, environment: [String: String], hostname: String = HostName.current()) {
        self.version = version
        let port = environment["PORT"] ?? ""
        self.port = port.isEmpty ? "8080" : port
        self.hostname = hostname
    }

    var body: String { "Hello, world!\nVersion: \(version)\nHostname: \(hostname)\n" }

    func start() throws {
        let body = body
        try BuiltInServer().listenHTTP(port: BuiltInServer.port(port)) { request in
            ServerLog.write("Serving request: \(request.path)")
            return HTTPAnswer(contentType: HTTPAnswer.plainText, body: body)
        }
        ServerLog.write("Server listening on port \(port)")
    }
}
