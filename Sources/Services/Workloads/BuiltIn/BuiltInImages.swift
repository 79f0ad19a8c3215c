internal import Glibc

/// The images that are part of netlab: nothing is pulled, the server runs inside the container's first process.
///
/// - `hello-app:1.0`, `hello-app:2.0`: Google's sample (``HelloApp``), by any registry's name for it, such as
///   `gcr.io/google-samples/hello-app:1.0`.
/// - `netlab/echo`, `netlab/echo:1.0`: tells the client what the server saw of it (``EchoServer``).
/// - `pause`, by any registry and with any tag: sleeps until it is told to go.
package enum BuiltInImages {
    /// The images by their short names, for messages.
    package static let names = ["hello-app:1.0", "hello-app:2.0", "netlab/echo:1.0", "pause"]

    package static func isBuiltIn(_ image: String) -> Bool { Server(image: image) != nil }

    /// Whether a server with this environment listens on a port that only CAP_NET_BIND_SERVICE allows. They need no
    /// other capability.
    package static func needsPrivilegedPort(_ environment: [String: String]) -> Bool {
        ["PORT", "HTTP_PORT", "UDP_PORT"].contains { name in
            environment[name].flatMap { UInt16($0) }.map { $0 < 1024 } ?? false
        }
    }

    /// Serves as the image until SIGTERM or SIGINT, then exits with 0; with 1 when it cannot listen.
    ///
    /// Must be called on the main thread, before any other thread exists. An image that is not built in exits with 127.
    ///
    /// - Parameter ready: called once the server listens.
    package static func run(
        image: String, arguments: [String], environment: [String: String], ready: @escaping @Sendable () -> Void
    ) -> Never {
        // Before the first thread, so that every thread inherits the mask and only `sigwait` sees the signals. As PID 1
        // of its namespace the process would otherwise never get a signal it has no handler for.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        sigprocmask(SIG_BLOCK, &signals, nil)
        do {
            switch Server(image: image) {
            case .helloApp(let version): try HelloApp(version: version, environment: environment).start()
            case .echo: try EchoServer(environment: environment).start()
            case .pause: break
            case nil: exit(127)
            }
        } catch {
            ServerLog.write("\(error)")
            exit(1)
        }
        ready()
        var signal: Int32 = 0
        sigwait(&signals, &signal)
        exit(0)
    }

    /// Which server an image name stands for.
    enum Server: Hashable {
        case helloApp(version: String)
        case echo
        case pause

        init?(image: String) {
            let parts = image.split(separator: "/", omittingEmptySubsequences: false)
            guard let last = parts.last else { return nil }
            switch last {
            case "hello-app:1.0": self = .helloApp(version: "1.0.0")
            case "hello-app:2.0": self = .helloApp(version: "2.0.0")
            case "echo", "echo:1.0":
                guard parts.count >= 2, parts[parts.count - 2] == "netlab" else { return nil }
                self = .echo
            default:
                guard last == "pause" || last.hasPrefix("pause:") else { return nil }
                self = .pause
            }
        }
    }
}
