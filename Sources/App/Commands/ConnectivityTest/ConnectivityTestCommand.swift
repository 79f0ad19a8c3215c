internal import ArgumentParser
internal import Checks
internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel

/// `netlab connectivity-test LAB`
struct ConnectivityTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connectivity-test",
        abstract: "Send packets between all pods, nodes and Services, as cilium connectivity test does.",
        discussion: """
            Runs those tests of `cilium connectivity test` that need no network policy, with the lab's own pods as \
            clients and servers; it deploys nothing. The lab must be up.

            EXAMPLES:
              netlab connectivity-test
              netlab connectivity-test three-node --verbose
              netlab connectivity-test --test 'no-policies/pod-to-service'
            """)

    @OptionGroup var lab: LabArgument

    @Option(name: .long, help: "Only tests and scenarios whose TEST/SCENARIO this regular expression matches.")
    var test: NamePattern?

    @Flag(name: [.short, .long], help: "A line for each action instead of a point.")
    var verbose = false

    /// Seconds, as cilium-cli gives curl.
    private static let timeout = 5.0

    func run() throws {
        let running = try lab.find()
        let view = try LabView(running)
        let inventory = try view.inventory()
        if ConnectivityTest.isSingleNode(inventory) {
            Self.write("ℹ️  Single-node environment detected, enabling single-node connectivity test\n")
        }
        Self.write("🏃 Running tests...\n")
        let suite = ConnectivityTest.suite(inventory, endpoints: try view.endpoints()).map(chosen)
        var report = ConnectivityReport()
        var isBlind = false
        for test in suite {
            let probes = test.scenarios.flatMap(\.actions).map(\.probe)
            let outcomes = LinuxProbes().send(probes, timeout: Self.timeout)
            for case .failed(let text, true) in outcomes where !isBlind {
                isBlind = true
                Terminal().line("netlab: \(text)")
            }
            Self.write(report.add(test, Dictionary(zip(probes, outcomes)) { first, _ in first }, verbose: verbose))
        }
        // Cilium's "All 0 tests successful" would read as if something had been.
        if !report.isEmpty { Self.write(report.conclusion) }
        if isBlind { throw ExitCodeOnly(ControlFailure.Kind.environment.rawValue) }
        if report.isEmpty {
            throw CommandFailure(
                .usage, "there was nothing to test",
                advice: "the lab has no pods, or --test leaves none of them")
        }
        if report.failed > 0 { throw CommandFailure(.failed, "\(report.failed) tests failed") }
    }

    private func chosen(_ test: ConnectivityTest) -> ConnectivityTest {
        var chosen = test
        chosen.scenarios.removeAll { !(self.test?.matches("\(test.name)/\($0.name)") ?? true) }
        return chosen
    }

    private static func write(_ text: String) { StandardStream.output.write(Terminal.harmless(text)) }
}

extension LabView {
    /// The pods behind each ClusterIP and TCP port, as the proxy has them.
    ///
    /// - Throws: that the daemon does not answer.
    fileprivate func endpoints() throws -> [ConnectivityTest.Endpoint: [ConnectivityTest.Endpoint]] {
        guard case .services(_, let table) = try running.ask(.services) else { return [:] }
        var result: [ConnectivityTest.Endpoint: [ConnectivityTest.Endpoint]] = [:]
        for entry in table.entries where entry.transport.lowercased() == "tcp" {
            guard let colon = entry.frontend.lastIndex(of: ":"),
                let address = IPAddress(String(entry.frontend[..<colon])),
                let port = UInt16(entry.frontend[entry.frontend.index(after: colon)...])
            else { continue }
            result[ConnectivityTest.Endpoint(address: address, port: port)] = entry.backends.compactMap { backend in
                guard backend.pod != nil, backend.state == "active", let address = IPAddress(backend.address),
                    let port = UInt16(exactly: backend.port)
                else { return nil }
                return ConnectivityTest.Endpoint(address: address, port: port)
            }
        }
        return result
    }
}
