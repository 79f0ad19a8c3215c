internal import CLinux
internal import Glibc

/// The hidden first argument of `netlab`: what a freshly started netlab does before it becomes a container.
///
/// A process must be single-threaded to enter a PID or a mount namespace, and the one that waits for a container must
/// outlive the daemon; so both are a process of their own, started from this same program. `main` calls
/// ``runIfRequested(arguments:builtIn:)`` before anything else, concurrency above all, has had a chance to start.
package enum ContainerStage {
    /// Runs a built-in server as the first process of a container, and does not return.
    ///
    /// Image, arguments, environment, and what to call once the server listens.
    package typealias BuiltIn = (String, [String], [String: String], @escaping @Sendable () -> Void) -> Never

    static let word = "container-stage"

    /// Becomes a stage, never to return, when the arguments ask for it; otherwise does nothing.
    ///
    /// - Parameters:
    ///   - arguments: those of the process, its name first.
    ///   - builtIn: the servers that are part of netlab. They are handed in, because the kernel layer knows none.
    package static func runIfRequested(arguments: [String], builtIn: BuiltIn) {
        guard arguments.count >= 4, arguments[1] == word else { return }
        let directory = ContainerDirectory(path: arguments[3])
        switch arguments[2] {
        case "run": run(directory, builtIn: builtIn)
        case "exec": exec(directory, Array(arguments.dropFirst(4)), ownsTerminal: false)
        case "exec-terminal": exec(directory, Array(arguments.dropFirst(4)), ownsTerminal: true)
        default: return
        }
    }

    /// The arguments that make a netlab the shim of a container.
    static func runArguments(_ directory: ContainerDirectory) -> [String] { ["netlab", word, "run", directory.path] }

    /// The arguments that make a netlab run a command inside a container.
    ///
    /// - Parameter ownsTerminal: the terminal it is started with becomes that of the command's own session.
    static func execArguments(
        _ directory: ContainerDirectory, _ command: [String], ownsTerminal: Bool = false
    ) -> [String] {
        ["netlab", word, ownsTerminal ? "exec-terminal" : "exec", directory.path] + command
    }

    /// The descriptor that tells the starter how far it is: closed once the program runs or has failed to.
    static let readyDescriptor: Int32 = 3

    /// One line on standard error.
    static func complain(_ text: String) {
        _ = try? StateFile.writeAll(Array("netlab: \(text)\n".utf8), to: 2)
    }

    /// Names the process as `ps` shows it; the kernel keeps 15 bytes.
    static func setProcessName(_ name: String) {
        name.withCString { _ = netlab_prctl(PR_SET_NAME, UInt(bitPattern: $0)) }
    }
}
