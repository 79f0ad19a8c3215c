internal import Daemon
internal import LinuxKernel
internal import NetworkPlanning

/// A lab that has state on this machine, found the way every command finds it.
struct RunningLab {
    let paths: LabPaths

    var name: String { paths.lab }

    /// The lab a command means: the one named, else `NETLAB_LAB`, else the only one there is.
    ///
    /// - Throws: usage, listing the labs, when the name fits none or when there are several to choose from.
    static func find(_ named: String?) throws -> RunningLab {
        try requireRoot()
        let labs = LabPaths.all()
        let names = labs.map(\.lab)
        if let wanted = (named ?? ProcessEnvironment["NETLAB_LAB"]).map(lastComponent) {
            guard let lab = labs.first(where: { $0.lab == wanted }) else {
                try refuseLost(LabPaths(wanted))
                throw CommandFailure(.usage, "no lab \"\(wanted)\" is up", advice: upAdvice(names))
            }
            return RunningLab(paths: lab)
        }
        guard let only = labs.first, labs.count == 1 else {
            throw labs.isEmpty
                ? CommandFailure(.usage, "no lab is up", advice: "start one with `netlab up three-node`")
                : CommandFailure(
                    .usage, "several labs are up: \(names.joined(separator: ", "))",
                    advice: "name one of them, with -l or NETLAB_LAB where a node or pod is named")
        }
        return RunningLab(paths: only)
    }

    /// A lab without a state directory is not up, and yet not gone.
    private static func refuseLost(_ paths: LabPaths) throws {
        let left = try LabRemoval.remains(of: paths)
        guard !left.isEmpty else { return }
        throw CommandFailure(
            .failed,
            "the state of lab \"\(paths.lab)\" was lost from \(paths.directory), but there is still: "
                + left.joined(separator: "; "),
            advice: "`netlab up \(paths.lab)` builds it anew, `netlab down \(paths.lab)` removes it")
    }

    /// Every command that looks into the kernel or talks to a daemon needs root, and state that is root's alone.
    static func requireRoot() throws {
        guard ProcessEnvironment.isRoot else {
            throw CommandFailure(
                .environment, "network namespaces need root", advice: "run it again with sudo")
        }
        do throws(ControlFailure) { try LabPaths.checkRoot() } catch { throw CommandFailure(error) }
    }

    /// A connection to the lab's daemon.
    func client() throws -> ControlClient {
        do throws(KernelError) {
            return ControlClient(try LocalConnection(path: paths.socket))
        } catch {
            let remains = (try? LabRemains(paths)).map { ": \($0.text)" } ?? ""
            throw CommandFailure(
                .failed, "the daemon of lab \"\(name)\" is not running\(remains)",
                advice: "`netlab up \(name)` resumes the lab, `netlab down \(name)` removes it")
        }
    }

    /// Asks the daemon and shows what it says on the way.
    ///
    /// A daemon that was just killed is still connected to for some milliseconds: asked again, it turns out not to run.
    func ask(_ request: ControlRequest, onEvent: (ControlEvent) -> Void = { _ in }) throws -> ControlReply {
        var isPossiblyDead = true
        while true {
            let client = try client()
            var hasSpoken = false
            do throws(ControlFailure) {
                return try client.ask(request) { event in
                    hasSpoken = true
                    onEvent(event)
                }
            } catch {
                guard error == .daemonEnded, isPossiblyDead, !hasSpoken else { throw CommandFailure(error) }
                isPossiblyDead = false
                StandardStream.pause(seconds: 0.1)
            }
        }
    }

    /// `labs/three-node/` means the lab `three-node`, so that the word used for `up` works everywhere.
    private static func lastComponent(_ text: String) -> String {
        text.split(separator: "/").last.map(String.init) ?? text
    }

    private static func upAdvice(_ names: [String]) -> String {
        names.isEmpty
            ? "no lab is up; start one with `netlab up`" : "labs that are up: " + names.joined(separator: ", ")
    }
}
