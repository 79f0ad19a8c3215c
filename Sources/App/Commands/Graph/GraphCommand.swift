internal import ArgumentParser
internal import Daemon
internal import Diagrams
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Snapshots

/// `netlab graph [LAB]`
struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw a lab: its nodes, pods, cables, addresses and pod routes.",
        discussion: """
            A lab that is up is drawn as it stands, and what is not as it should be in red. One that is not is drawn \
            from its files, which takes no root.

            EXAMPLES:
              netlab graph three-node > three-node.mmd
              netlab graph three-node --format svg > three-node.svg
              netlab graph labs/seven-node --format dot | dot -Tpng > seven-node.png
            """)

    @Argument(help: "The lab by name or directory.", completion: .custom { _, _, _ in LabSearch().names() })
    var lab: String?

    @Option(name: .shortAndLong, help: "mermaid, dot or svg.")
    var format = DrawingFormat.mermaid

    @Flag(name: .long, help: "Draw it from its files, although it is up.")
    var files = false

    func validate() throws {
        if format == .text { throw ValidationError("a graph is drawn as mermaid, dot or svg") }
    }

    func run() throws {
        let diagram = try files ? nil : live()
        let drawn = try diagram ?? planned()
        switch format {
        case .dot: StandardStream.output.write(drawn.dot)
        case .svg: StandardStream.output.write(drawn.svg)
        case .mermaid, .text: StandardStream.output.write(drawn.mermaid)
        }
    }

    /// nil when no such lab is up, or this user may not look.
    private func live() throws -> Diagram? {
        guard ProcessEnvironment.isRoot else { return nil }
        let word = (lab ?? ProcessEnvironment["NETLAB_LAB"])?.split(separator: "/").last.map(String.init)
        let all = LabPaths.all()
        guard word.map({ name in all.contains { $0.lab == name } }) ?? (all.count == 1) else { return nil }
        let running = try RunningLab.find(lab)
        let network = LinuxNetwork()
        defer { network.forget() }
        let state = try network.observe(LabNamespaces(lab: running.name).find().sorted(), sysctls: [])
        var marks: [String: [String]] = [:]
        // Without a wanted state (a lab that was not created to the end) it is drawn all the same.
        if let (wanted, now) = try? LabSnapshot.wantedAndLive(running) {
            for line in SnapshotDiff(from: wanted, to: now).lines where line.fact.namespace != "-" {
                marks[line.fact.namespace, default: []].append(
                    "\(line.sign.rawValue) \(line.fact.kind.rawValue) \(line.fact.text)")
            }
        }
        return Diagram(state, lab: running.name, marks: marks)
    }

    private func planned() throws -> Diagram {
        let (submitted, _) = try LabLoading.submit(lab, name: nil, access: nil)
        do throws(ControlFailure) {
            return Diagram(try DryRun.network(submitted), lab: submitted.name)
        } catch {
            throw CommandFailure(error)
        }
    }
}
