internal import ArgumentParser
internal import Daemon
internal import LinuxKernel
internal import NetworkPlanning

/// The root command: one subcommand for each word typed.
struct NetlabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "netlab",
        abstract: "Kubernetes routing labs in network namespaces: kind and Cilium's native routing without docker.",
        discussion: """
            A lab is a directory with the files that kind, Helm and kubectl take. LAB is the name of a directory in \
            ./labs or among the installed labs, or a path to a directory or to a kind config.

            EXAMPLES:
              netlab up three-node                   nodes, routes, pods and a ClusterIP that answers
              netlab exec kind-worker -- ip route    a node's routing table
              netlab shell kind-control-plane        a shell on a node
              netlab down                            leave nothing behind

            Exit codes: 0 done, 1 failed, 2 wrong usage or lab files, 3 only warnings of test, 4 this machine cannot. \
            exec and shell end with the command's own.
            """,
        subcommands: [
            UpCommand.self, CreateCommand.self, CNICommand.self, ApplyCommand.self, DownCommand.self, ListCommand.self,
            StatusCommand.self, ExecCommand.self, ShellCommand.self, PSCommand.self, NetworkCommand.self,
            RoutesCommand.self, GetCommand.self, NodesCommand.self, PodsCommand.self, ServiceCommand.self,
            ServicesCommand.self,
            LogsCommand.self, EventsCommand.self, CaptureCommand.self, ObserveCommand.self, SnapshotCommand.self,
            DiffCommand.self, TraceCommand.self, GraphCommand.self, FaultCommand.self, TestCommand.self,
            ConnectivityTestCommand.self, KubeconfigCommand.self, KubectlCommand.self, GCCommand.self,
            DoctorCommand.self, VersionCommand.self,
            CompletionCommand.self,
            DaemonCommand.self,
        ])

    /// Runs the program to its end.
    ///
    /// - Returns: the exit code: 0, 1, 2, 3 or 4, or that of a command run on a node.
    static func run(arguments: [String]) async -> Int32 {
        do {
            if let daemon = DaemonCommand.asStarted(arguments) {
                try await DaemonCommand.run(lab: daemon.lab, listener: daemon.listener)
                return 0
            }
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let exit as ExitCodeOnly {
            return exit.code
        } catch let failure as CommandFailure {
            report(failure)
            return failure.kind.rawValue
        } catch let error as KernelError {
            let failure = CommandFailure(error)
            report(failure)
            return failure.kind.rawValue
        } catch {
            let code = processExitCode(for: error)
            let text = fullMessage(for: error)
            (code == 0 ? StandardStream.output : .error).write(text.isEmpty ? "" : text + "\n")
            return code
        }
    }

    /// The exit code of understanding these words and doing nothing.
    static func exitCode(ofParsing arguments: [String]) -> Int32 {
        do {
            _ = try parseAsRoot(arguments)
            return 0
        } catch {
            return processExitCode(for: error)
        }
    }

    /// ArgumentParser answers bad usage with 64 (EX_USAGE); netlab's contract says 2. Help is no error.
    private static func processExitCode(for error: any Error) -> Int32 {
        let code = exitCode(for: error)
        return code == .validationFailure ? 2 : code.rawValue
    }

    private static func report(_ failure: CommandFailure) {
        let terminal = Terminal()
        terminal.line(failure.message, after: terminal.paint("31", "netlab: "))
        if !failure.advice.isEmpty { terminal.line("  " + failure.advice) }
    }
}
