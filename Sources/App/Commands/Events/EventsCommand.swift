internal import ArgumentParser
internal import Daemon
internal import FoundationEssentials
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// `netlab events [LAB]`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print every change of links, addresses, routes, rules and neighbours.",
        discussion: """
            What `ip -ts monitor` prints in one namespace, for all namespaces of a lab at once, whoever makes the \
            change; and what the lab's daemon says of drift. Goes on until it is interrupted or the lab goes down.

              + made or changed   - removed   ! not as wanted   = as wanted again   ? nobody's, left alone

            EXAMPLES:
              netlab events
              netlab events three-node --namespace kind-worker --kind route
              netlab events --kind drift --kind healed
              netlab events --json --for 10 > events.jsonl
            """)

    @OptionGroup var lab: LabArgument

    @Option(name: .long, help: "Only this namespace: a node, NAMESPACE_POD, or the whole name. May be given again.")
    var namespace: [String] = []

    @Option(name: .long, help: "Only this kind. May be given again.")
    var kind: [EventLine.Kind] = []

    @Option(name: .customLong("for"), help: "End after so many seconds.")
    var duration: Seconds?

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    func run() async throws {
        let running = try lab.find()
        ProcessEnvironment.raiseFileLimit()
        let source = EventSource(running)
        let lines = try source.start()
        let timer = duration.map { duration in
            Task {
                try? await Task.sleep(for: .seconds(duration.value))
                source.end()
            }
        }
        defer { timer?.cancel() }
        let wanted = Set(kind)
        let names = Set(namespace.flatMap { [$0, "\(running.name).\($0)"] })
        for await item in lines {
            switch item {
            case .ready(let hasDaemon): tellReady(running, source, hasDaemon)
            case .line(let line):
                let isChosen = wanted.isEmpty || wanted.contains(line.kind) || line.kind == .lost
                if isChosen, names.isEmpty || names.contains(line.namespace.rawValue) { try show(line) }
            }
        }
        source.end()
    }

    private func tellReady(_ running: RunningLab, _ source: EventSource, _ hasDaemon: Bool) {
        let terminal = Terminal()
        terminal.line("following \(source.count) namespaces of lab \"\(running.name)\"")
        if !hasDaemon { terminal.warning("the lab's daemon is not running: nothing will be said of drift") }
    }

    private func show(_ line: EventLine) throws {
        guard json else {
            StandardStream.output.write("\(Clock.localText(line.wall)) \(line.text.printable)\n")
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        StandardStream.output.write(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
    }
}

extension EventLine.Kind: ExpressibleByArgument {}
