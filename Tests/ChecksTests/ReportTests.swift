import Checks
import LabFiles
import NetworkModel
import Testing

/// The same report for people, JUnit, TAP and GitHub.
@Suite struct ReportTests {
    private static let finding = Finding(
        "routes kind-worker", "missing 10.0.2.0/24 via 172.18.0.3 dev eth0", wanted: "it", found: "nothing",
        node: "kind-worker", route: "10.0.2.0/24 via 172.18.0.3 dev eth0", path: ["kind-worker: no route"])

    private static func result(_ status: CheckResult.Status) -> CheckResult {
        let isBad = status == .failed || status == .warning
        return CheckResult(
            name: "a <\(status.rawValue)> #1", status: status, findings: isBad ? [finding] : [],
            message: ["skipped", "broken", "environment"].contains(status.rawValue) ? "because & why" : "",
            seconds: 0.0125, converged: status == .passed ? 1.5 : nil, file: "labs/x/checks.yaml", line: 7)
    }

    private static func report(_ statuses: CheckResult.Status...) -> TestReport {
        TestReport(
            started: 1_700_000_000, seconds: 1.25,
            labs: [LabReport(lab: "x", path: "labs/x", seconds: 1, checks: statuses.map(result))])
    }

    @Test(
        "the exit code: 0 passed, 1 failed, 2 nothing ran, 3 warnings only, 4 the machine cannot",
        arguments: [
            ([.passed, .skipped], 0), ([.passed, .warning, .failed, .environment], 1), ([.broken], 1), ([], 2),
            ([.skipped], 2), ([.passed, .warning], 3), ([.passed, .warning, .environment], 4),
        ] as [([CheckResult.Status], Int32)])
    func exitCodes(_ statuses: [CheckResult.Status], _ code: Int32) {
        let labs = [LabReport(lab: "x", path: "labs/x", checks: statuses.map(Self.result))]
        #expect(TestReport(labs: labs).exitCode == code)
    }

    @Test("JUnit: a case a check, failures told from errors, warnings as skipped, no bare markup")
    func junit() {
        let text = Self.report(.passed, .failed, .warning, .skipped, .broken, .environment).junit
        let lines = text.split(separator: "\n").map { String($0.drop { $0 == " " }) }
        #expect(lines[0] == #"<?xml version="1.0" encoding="UTF-8"?>"#)
        #expect(lines[1] == #"<testsuites name="netlab" tests="6" failures="1" errors="2" time="1.250">"#)
        #expect(
            lines[2]
                == #"<testsuite name="x" tests="6" failures="1" errors="2" skipped="2" time="1.000" "#
                + #"timestamp="2023-11-14T22:13:20">"#)
        #expect(lines[3] == #"<testcase name="a &lt;passed&gt; #1" classname="netlab.x" time="0.013">"#)
        #expect(text.contains("converged in 1.500 s"))
        #expect(
            text.contains(
                #"<failure type="check" message="routes kind-worker: missing 10.0.2.0/24 via 172.18.0.3 dev eth0">"#))
        #expect(text.contains("  kind-worker: no route</failure>"))
        #expect(text.contains(#"<error type="environment" message="because &amp; why">because &amp; why</error>"#))
        #expect(text.contains(#"<skipped message="warning: routes kind-worker"#))
    }

    @Test("JUnit holds no character that XML forbids")
    func forbiddenCharacters() {
        let result = CheckResult(name: "a\u{1b}[31m\u{0}\"", status: .passed)
        let text = TestReport(labs: [LabReport(lab: "x", path: "", checks: [result])]).junit
        #expect(text.contains("a\u{fffd}[31m\u{fffd}&quot;"))
    }

    @Test("TAP: the plan, the directive for what may fail, SKIP, and a # of a name escaped")
    func tap() {
        let lines = Self.report(.passed, .failed, .warning, .skipped).tap.split(separator: "\n").map(String.init)
        #expect(lines[0...2] == ["TAP version 13", "1..4", "ok 1 - x: a <passed> \\#1"])
        #expect(lines[3] == "not ok 2 - x: a <failed> \\#1")
        #expect(lines.contains("    routes kind-worker: missing 10.0.2.0/24 via 172.18.0.3 dev eth0"))
        #expect(lines.contains("not ok 3 - x: a <warning> \\#1 # TO" + "DO warning"))
        #expect(lines.last == "ok 4 - x: a <skipped> \\#1 # SKIP because & why")
    }

    @Test("GitHub: an annotation at the line of the check, nothing for what passed")
    func github() {
        let lines = Self.report(.passed, .failed, .warning).github.split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        #expect(
            lines[0]
                == "::error file=labs/x/checks.yaml,line=7,title=x%3A a <failed> #1::routes kind-worker: missing "
                + "10.0.2.0/24 via 172.18.0.3 dev eth0%0A  kind-worker: no route")
        #expect(lines[1].hasPrefix("::warning file="))
    }

    @Test("the last line counts each outcome")
    func conclusion() {
        #expect(Self.report(.passed, .failed, .skipped).conclusion == "1 passed, 1 failed, 1 skipped in x, 1.250 s")
        #expect(TestReport().conclusion == "no check ran in 0 labs, 0.000 s")
    }

    @Test("the way of a packet by the tables, to its end and to where it breaks")
    func routeWalk() {
        func veth(_ name: String, _ peer: String, _ far: String) -> Link? {
            guard let link = LinkName(rawValue: name), let end = LinkName(rawValue: far) else { return nil }
            return Link(name: link, kind: .veth(peer: LinkEnd(namespace: Sample.namespace(peer), name: end)))
        }
        let pod = NamespaceState(
            links: [veth("eth0", "kind-worker", "lxc0")].compactMap(\.self),
            routes: [Route(.any(.ipv4), via: IPAddress(10, 0, 0, 140), dev: .eth0)])
        let worker = NamespaceState(
            links: [veth("lxc0", "default_a", "eth0")].compactMap(\.self),
            routes: [Route(IPPrefix(host: Sample.b), kind: .blackhole)])
        let network = NetworkState(namespaces: [
            Sample.namespace("default_a"): pod, Sample.namespace("kind-worker"): worker,
        ])
        let walk = RouteWalk(to: Sample.b, from: Sample.namespace("default_a"), in: Sample.inventory, network)
        #expect(!walk.arrives)
        #expect(walk.lines == ["pod/a: default via 10.0.0.140 dev eth0", "kind-worker: blackhole 10.0.2.7 stops it"])
        let elsewhere = RouteWalk(
            to: Sample.clusterIP, from: Sample.namespace("default_a"), in: Sample.inventory, network)
        #expect(elsewhere.lines.last == "kind-worker: no route to 10.96.37.61")
    }
}
