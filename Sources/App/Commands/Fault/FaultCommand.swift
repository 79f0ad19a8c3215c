internal import ArgumentParser
internal import Daemon
internal import Faults
internal import LabFiles
internal import LinuxKernel

/// `netlab fault`
struct FaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Break a lab in ways that really happened, and repair it.",
        discussion: """
            EXAMPLES:
              netlab fault list
              netlab fault inject wrong-next-hop
              netlab fault repair
            """,
        subcommands: [Listing.self, Showing.self, Injecting.self, Repairing.self])

    struct Listing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the faults, and which of them the lab has.",
            discussion: """
                EXAMPLES:
                  netlab fault list
                  netlab fault list three-node --json
                """)

        @OptionGroup var lab: LabArgument
        @OptionGroup var output: JSONFlag

        private struct Row: Encodable {
            var name: String
            var title: String
            var source: String
            var reconciled: Bool
            /// nil: not injected. `healed`: injected, and somebody has repaired it since.
            var state: String?
            /// What `netlab test` says of an injected one.
            var finding: String?
        }

        func run() throws {
            let states = try states()
            let rows = try FaultCatalog.all().map { fault in
                Row(
                    name: fault.name, title: fault.title, source: fault.source, reconciled: fault.isReconciled,
                    state: states[fault.name]?.word, finding: states[fault.name]?.finding)
            }
            if output.json { return try JSONOutput.print(rows) }
            let table = KubernetesTable(
                headers: ["NAME", "STATE", "UP REPAIRS", "TITLE"],
                rows: rows.map { [$0.name, $0.state ?? "-", $0.reconciled ? "yes" : "no", $0.title] }, narrowColumns: 4)
            StandardStream.output.write(table.text(wide: false))
        }

        /// The list is also for who has no lab up, or is not root.
        private func states() throws -> [String: (word: String, finding: String)] {
            if lab.lab == nil {
                guard ProcessEnvironment.isRoot, LabPaths.all().count == 1 || ProcessEnvironment["NETLAB_LAB"] != nil
                else { return [:] }
            }
            let faulty = FaultyLab(try lab.find())
            return Dictionary(
                try faulty.injected().map { fault in
                    (fault.name, (try faulty.isHealed(fault) ? "healed" : "injected", fault.finding))
                }
            ) { _, last in last }
        }
    }

    struct Showing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what a fault is; or hints about those the lab has.",
            discussion: """
                Without a name, what the faults show that were injected into the lab, and hints: one, or as many as \
                --hints says. The names are not told, so that they can be found.

                EXAMPLES:
                  netlab fault show wrong-next-hop
                  netlab fault show --hints 2
                """)

        @Argument(help: "The fault.", completion: .custom { _, _, _ in FaultCatalog.names })
        var name: String?

        @Option(name: .long, help: "How many hints, of three.")
        var hints: Int?

        @OptionGroup var lab: LabOption

        func validate() throws {
            if let hints, !(0...3).contains(hints) { throw ValidationError("--hints is a number from 0 to 3") }
        }

        func run() throws {
            guard let name else { return try showInjected() }
            let fault = try FaultCatalog.find(name)
            var lines = ["\(fault.name): \(fault.title)", ""]
            for (head, text) in [
                ("Source", fault.source), ("Breaks", fault.breaks), ("Shows", fault.shows),
                ("netlab test", fault.finding),
            ] {
                lines.append("\(head):".padded(to: 14) + text)
            }
            for (index, hint) in fault.hints.prefix(hints ?? 3).enumerated() {
                lines.append("Hint \(index + 1):".padded(to: 14) + hint)
            }
            lines.append("Repair:".padded(to: 14) + fault.repair)
            lines.append("netlab up:".padded(to: 14) + (fault.isReconciled ? "repairs it" : "leaves it"))
            StandardStream.output.write(Terminal.harmless(lines.joined(separator: "\n")) + "\n")
        }

        private func showInjected() throws {
            let faults = try FaultyLab(try lab.find()).injected()
            guard !faults.isEmpty else {
                throw CommandFailure(
                    .usage, "no fault is injected",
                    advice: "`netlab fault inject` injects one, `netlab fault list` lists")
            }
            for (number, fault) in faults.enumerated() {
                var lines = ["fault \(number + 1) of \(faults.count): \(fault.shows)"]
                for (index, hint) in fault.hints.prefix(hints ?? 1).enumerated() {
                    lines.append("  hint \(index + 1): \(hint)")
                }
                StandardStream.output.write(Terminal.harmless(lines.joined(separator: "\n")) + "\n")
            }
        }
    }

    struct Injecting: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inject", abstract: "Inject a fault into a lab that is up.",
            discussion: """
                EXAMPLES:
                  netlab fault inject wrong-next-hop
                  netlab fault inject link-down --on kind-worker2
                  netlab fault inject --random            one that is not told: find it
                """)

        @Argument(
            help: "The fault by name, or a file of one.", completion: .custom { _, _, _ in FaultCatalog.names })
        var name: String?

        @Flag(name: .long, help: "Any fault that fits the lab; which one is not told.")
        var random = false

        @Option(name: .long, help: "The node it is about. Left out: the first with a pod.")
        var on: String?

        @OptionGroup var lab: LabOption

        func validate() throws {
            if (name == nil) != random { throw ValidationError("name a fault, or give --random") }
        }

        func run() throws {
            let faulty = FaultyLab(try lab.find())
            let running = faulty.running
            if try LabRecord.load(running.paths)?.repair == true {
                Terminal().warning("the daemon of lab \"\(running.name)\" repairs what changes (up --repair)")
            }
            if let name {
                let fault = try faulty.inject(try FaultCatalog.find(name), on: on)
                return Terminal().line("\(fault.name) injected into lab \"\(running.name)\", on \(fault.node)")
            }
            for fault in try FaultCatalog.all().shuffled() {
                guard (try? faulty.inject(fault, on: on)) != nil else { continue }
                return Terminal().line(
                    "a fault was injected into lab \"\(running.name)\"; `netlab fault show` gives a hint")
            }
            throw CommandFailure(.failed, "no fault fits lab \"\(running.name)\" as it stands")
        }
    }

    struct Repairing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair", abstract: "Undo faults that were injected: those named, or all.",
            discussion: """
                EXAMPLES:
                  netlab fault repair
                  netlab fault repair wrong-next-hop
                """)

        @Argument(help: "The faults. Left out: all that the lab has.")
        var names: [String] = []

        @OptionGroup var lab: LabOption

        func run() throws {
            let faulty = FaultyLab(try lab.find())
            let injected = try faulty.injected()
            if let stranger = names.first(where: { name in !injected.contains { $0.name == name } }) {
                throw CommandFailure(
                    .usage, "\(stranger) is not injected",
                    advice: injected.isEmpty
                        ? "no fault is" : "injected: " + injected.map(\.name).joined(separator: ", "))
            }
            // The last one stands on what the others left.
            for fault in injected.reversed() where names.isEmpty || names.contains(fault.name) {
                try faulty.repair(fault)
                Terminal().line("\(fault.name) repaired")
            }
            if injected.isEmpty { Terminal().line("no fault is injected into lab \"\(faulty.running.name)\"") }
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
