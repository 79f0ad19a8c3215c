import Checks
import LabFiles
import NetworkModel
import Testing

/// The suite of `cilium connectivity test` on a lab without policies, and its words.
@Suite struct ConnectivityTests {
    private static let suite = ConnectivityTest.suite(
        Sample.inventory,
        endpoints: [
            .init(address: Sample.clusterIP, port: 8080): [
                .init(address: Sample.a, port: 8080), .init(address: Sample.b, port: 8080),
            ]
        ])

    private static func report(
        verbose: Bool = false, _ outcome: (Probe) -> ProbeOutcome
    ) -> (text: String, report: ConnectivityReport) {
        var report = ConnectivityReport()
        let text = suite.map { test in
            let probes = test.scenarios.flatMap(\.actions).map(\.probe)
            let outcomes = Dictionary(probes.map { ($0, outcome($0)) }) { first, _ in first }
            return report.add(test, outcomes, verbose: verbose)
        }.joined()
        return (text, report)
    }

    @Test("behaviour 5.6: the tests are Cilium's, in its order; those that need a policy are skipped")
    func suiteOrder() {
        #expect(Self.suite.count == 32)
        #expect(Self.suite[0].name == "no-policies" && Self.suite[30].name == "to-fqdns")
        #expect(Self.suite.filter { !$0.isSkipped }.map(\.name) == ["no-policies", "host-entity", "hairpin"])
        #expect(
            Self.suite[0].scenarios.map(\.name) == [
                "pod-to-pod", "client-to-client", "pod-to-service", "pod-to-remote-nodeport",
                "pod-to-local-nodeport", "pod-to-hostport", "pod-to-world", "pod-to-host",
                "pod-to-external-workload", "pod-to-cidr",
            ])
    }

    @Test("behaviour 5.6: every client pod to every other server, oneself left out; numbered by action")
    func actions() {
        let scenarios = Self.suite[0].scenarios
        #expect(
            scenarios[0].actions.map(\.description) == [
                "no-policies/pod-to-pod/curl-0: default/a (10.0.0.7) -> default/b (10.0.2.7:8080)",
                "no-policies/pod-to-pod/curl-1: default/b (10.0.2.7) -> default/a (10.0.0.7:8080)",
            ])
        #expect(scenarios.map(\.actions.count) == [2, 2, 2, 0, 0, 0, 2, 4, 0, 0])
        #expect(Self.suite[31].scenarios[0].actions.map(\.probe.to) == [Sample.clusterIP, Sample.clusterIP])
    }

    @Test("behaviour 5.6: a point an action, and the line of success")
    func success() {
        let (text, report) = Self.report { _ in .answered }
        #expect(
            text.hasPrefix("\n[=] Test [no-policies]\n............\n\n[=] Skipping Test [allow-all-except-world]\n"))
        #expect(
            report.conclusion
                == "\n✅ All 3 tests (18 actions) successful, 29 tests skipped, 5 scenarios skipped.\n")
        #expect(report.failed == 0 && !report.isEmpty)
    }

    @Test("behaviour 5.6: the report names each action that failed; an HTTP error counts as one, as with curl --fail")
    func failure() {
        let (text, report) = Self.report(verbose: true) { probe in
            if case .get = probe.kind, probe.to == Sample.b { return .timedOut }
            if case .get = probe.kind { return .responses([Sample.response("", status: 503)]) }
            return .answered
        }
        #expect(text.contains("[-] Scenario [no-policies/pod-to-pod]\n[.] Action [no-policies/pod-to-pod/curl-0: "))
        #expect(text.contains("[-] Skipping Scenario [no-policies/pod-to-cidr]\n"))
        let lines = report.conclusion.split(separator: "\n")
        #expect(lines[0] == "📋 Test Report")
        #expect(lines[1] == "❌ 2/3 tests failed (6/18 actions), 29 tests skipped, 5 scenarios skipped:")
        #expect(lines[2] == "Test [no-policies]:")
        #expect(
            lines[3]
                == "  ❌ no-policies/pod-to-pod/curl-0: default/a (10.0.0.7) -> default/b (10.0.2.7:8080): no answer")
    }

    @Test("nobody there: nothing was tested, which is not success; one worker is a single node")
    func nobody() {
        let empty = Inventory(lab: "lab", gateway: IPAddress(172, 18, 0, 1), nodes: Sample.inventory.nodes)
        let suite = ConnectivityTest.suite(empty, endpoints: [:])
        #expect(suite.filter { !$0.isSkipped } == [])
        #expect(!ConnectivityTest.isSingleNode(Sample.inventory))
        let one = Inventory(
            lab: "lab", gateway: IPAddress(172, 18, 0, 1), nodes: Array(Sample.inventory.nodes.prefix(1)))
        #expect(ConnectivityTest.isSingleNode(one))
    }
}
