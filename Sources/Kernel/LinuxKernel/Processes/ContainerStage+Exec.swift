internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle

/// A command inside a running container: enters its namespaces, then forks, because a PID namespace is entered
/// by children only, and lays down what the container has not got. Standard input, output and error are those it was
/// started with, a terminal included; nothing else of the caller's is.
extension ContainerStage {
    /// What is answered when the command could not even be tried, as `docker exec` does.
    private static let cannotEnter: Int32 = 126

    static func exec(_ directory: ContainerDirectory, _ command: [String], ownsTerminal: Bool) -> Never {
        do throws(KernelError) {
            let spec = try directory.spec()
            closeAll(from: 3)
            guard let first = directory.processes()?.first, let descriptor = first.open() else {
                throw KernelError(.notFound, "enter container \(spec.id)", detail: "it is not running")
            }
            do throws(SystemCall.Failure) {
                // Processes of the container could look at this one from the moment it is among them.
                Confinement.hideFromProc()
                let kinds = CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC
                try SystemCall.check { setns(descriptor.rawValue, kinds) }
            } catch {
                throw KernelError(errno: error.errno, "enter container \(spec.id)")
            }
            umask(0o022)
            _ = netlab_join_session_keyring()
            let signals = PassedSignals()
            let child = netlab_fork()
            if child == 0 {
                _ = netlab_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
                signals.release()
                if ownsTerminal {
                    // Inside the container's PID namespace, or a shell could give it to none of its jobs.
                    _ = setsid()
                    _ = netlab_take_terminal(0)
                }
                become(command, in: spec)
            }
            guard child > 0 else { throw KernelError(errno: Glibc.errno, "fork") }
            _exit(signals.pass(to: child))
        } catch {
            complain("\(error)")
            _exit(cannotEnter)
        }
    }

    private static func become(_ command: [String], in spec: ContainerSpec) -> Never {
        let environment = ProgramStart.environment(
            spec.environment, hostname: spec.hostname, isRoot: spec.security.user == 0)
        do throws(KernelError) {
            try Confinement.apply(spec.security)
        } catch {
            complain("\(error)")
            _exit(cannotEnter)
        }
        let failure = ProgramStart.become(
            command, environment: environment.merging(terminal) { $1 }, workingDirectory: spec.workingDirectory)
        complain(failure.message)
        _exit(failure.exitCode)
    }

    /// What the caller had open besides: a directory among the host's mounts would lead out of the container.
    private static func closeAll(from first: UInt32) { _ = netlab_close_range(first) }

    /// TERM is the caller's, not the container's.
    private static var terminal: [String: String] {
        guard let value = getenv("TERM") else { return [:] }
        return ["TERM": String(cString: value)]
    }
}

/// Signals on their way to a child that stands in for this process.
///
/// What the terminal sends to the whole foreground group (SIGINT, SIGQUIT, SIGTSTP) reaches the child by itself; what
/// another process sends to this one is passed on. When the child stops, so does this one, and with SIGCONT both go on.
private struct PassedSignals {
    private var watched = sigset_t()
    private var previous = sigset_t()

    /// Blocks them, so that none is lost between the fork and the wait.
    init() {
        sigemptyset(&watched)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD, SIGTSTP] {
            sigaddset(&watched, signal)
        }
        sigprocmask(SIG_BLOCK, &watched, &previous)
    }

    /// In the child: as before.
    func release() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }

    /// Until the child has ended: its exit code.
    func pass(to child: pid_t) -> Int32 {
        var watched = watched
        while true {
            var info = siginfo_t()
            let signal = sigwaitinfo(&watched, &info)
            if signal == SIGCHLD {
                guard let raw = SpawnedProcess.wait(child, options: WNOHANG | WUNTRACED) else { continue }
                let status = WaitStatus(raw: raw)
                guard status.isStopped else { return status.exitCode }
                kill(getpid(), SIGSTOP)
                kill(child, SIGCONT)
            } else if signal > 0 && info.si_code <= 0 {
                // SI_USER and below: sent by a process. What the terminal sends has a positive code.
                kill(child, signal)
            }
        }
    }
}
