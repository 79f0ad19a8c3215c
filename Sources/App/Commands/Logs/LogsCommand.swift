internal import ArgumentParser
internal import Daemon
internal import KubernetesModel
internal import LinuxKernel
internal import PodLifecycle

/// `netlab logs [POD]`
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print a pod's log, or without a pod the daemon's.",
        discussion: """
            EXAMPLES:
              netlab logs                               what the lab's daemon logged
              netlab logs hello-app-646c68546-xdh5w
              netlab logs -f POD                        go on as it grows
            """)

    @OptionGroup var lab: LabOption

    @Argument(help: "A pod.", completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var pod: String?

    @Option(name: [.short, .long], help: "The pod's Kubernetes namespace.")
    var namespace: String?

    @Option(name: [.short, .long], help: "The container; the first when left out.")
    var container: String?

    @Flag(name: [.short, .long], help: "Go on printing as the log grows.")
    var follow = false

    @Flag(name: [.short, .long], help: "The log before the container's last restart.")
    var previous = false

    @Option(name: .long, help: "Only the last lines.")
    var tail: Int?

    @Flag(name: .long, help: "Begin each line with the time it was written at.")
    var timestamps = false

    @Option(name: .long, help: "Only what is younger, in seconds.")
    var since: Seconds?

    func validate() throws {
        if pod == nil, timestamps || since != nil {
            throw ValidationError("--timestamps and --since are for pods: the daemon's log has its own times")
        }
        if let tail, tail < 0 { throw ValidationError("--tail takes a number of lines, 0 or more") }
    }

    func run() throws {
        let path = try path(try lab.find())
        guard let bytes = try StateFile.read(path) else {
            throw CommandFailure(.failed, "there is no log at \(path) yet")
        }
        var text = LogText(
            tailLines: tail, since: since.map { Int64(max(0, Clock.wall() - $0.value) * 1e9) },
            hasTimestamps: timestamps)
        func index() throws -> LogIndex { LogIndex(try StateFile.read(LogIndex.path(ofLog: path)) ?? []) }
        var offset = bytes.count
        StandardStream.output.write(String(decoding: text.begin(bytes, try index()), as: UTF8.self))
        while follow {
            StandardStream.pause(seconds: 0.1)
            if let log = try StateFile.read(path), log.count > offset {
                StandardStream.output.write(String(decoding: text.go(on: log[offset...], try index()), as: UTF8.self))
                offset = log.count
            }
        }
    }

    private func path(_ running: RunningLab) throws -> String {
        guard let pod else { return running.paths.log }
        guard case .pod(let object) = try Target.find(pod, namespace: namespace, in: running) else {
            throw CommandFailure(.usage, "\"\(pod)\" is a node", advice: "nodes have no log; name a pod")
        }
        let statuses = object.status?.containerStatuses ?? []
        guard let status = container.map({ name in statuses.first { $0.name == name } }) ?? statuses.first else {
            throw CommandFailure(.failed, "pod \(object.name) has no such container, or none has started yet")
        }
        let attempt = Int(status.restartCount) - (previous ? 1 : 0)
        guard attempt >= 0 else {
            throw CommandFailure(.failed, "container \(status.name) of pod \(object.name) was never restarted")
        }
        return running.paths.log(ofPod: object.uid, container: status.name, attempt: attempt)
    }
}
