import Checks
import LabFiles
import NetworkModel
import Testing

/// Wanted against observed, in words.
@Suite struct JudgementTests {
    // MARK: Routes

    private let away = Route(IPPrefix(IPAddress(10, 0, 2, 0), 24), via: IPAddress(172, 18, 0, 3), dev: .eth0)
    private let standard = Route(.any(.ipv4), via: IPAddress(172, 18, 0, 1), dev: .eth0)
    private let node: [Place] = [.node("kind-worker")]

    @Test("the missing, the wrong and the unexpected route are named as ip route prints them")
    func exactTable() {
        let lines = ["default via $address(kind-worker2) dev eth0", "$cidr(kind-worker2) via 172.18.0.3 dev eth0"]
        let stray = Route(IPPrefix(IPAddress(10, 9, 0, 0), 16), kind: .blackhole)
        let findings = Sample.findings(RouteCheck(on: node, exact: lines), [standard, stray])
        #expect(
            findings.map(\.description) == [
                "routes kind-worker: has default via 172.18.0.1 dev eth0, wanted default via 172.18.0.3 dev eth0",
                "routes kind-worker: missing 10.0.2.0/24 via 172.18.0.3 dev eth0",
                "routes kind-worker: unexpected blackhole 10.9.0.0/16",
            ])
        #expect(findings.map(\.node) == ["kind-worker", "kind-worker", "kind-worker"])
        #expect(findings[1].route == "10.0.2.0/24 via 172.18.0.3 dev eth0")
        #expect(
            Sample.findings(RouteCheck(on: node, exact: ["\(away)", "\(standard)"]), [standard, away]) == [])
    }

    @Test("exact takes a line for one route, not for two")
    func exactCounts() {
        let slow = Route(away.destination, via: away.gateway, dev: .eth0, metric: 9)
        let findings = Sample.findings(RouteCheck(on: node, exact: ["\(away)"]), [away, slow])
        #expect(findings.map(\.message) == ["unexpected \(slow)"])
    }

    @Test(
        "present, absent, next hop and count",
        arguments: [
            (RouteCheck(on: [.node("kind-worker")], present: ["10.0.2.0/24"]), nil),
            (
                RouteCheck(on: [.node("kind-worker")], present: ["10.0.2.0/24 via 172.18.0.9"]),
                "has 10.0.2.0/24 via 172.18.0.3 dev eth0, wanted 10.0.2.0/24 via 172.18.0.9"
            ),
            (RouteCheck(on: [.node("kind-worker")], present: ["10.0.1.0/24"]), "missing 10.0.1.0/24"),
            (RouteCheck(on: [.node("kind-worker")], absent: ["10.0.1.0/24", "blackhole 10.0.2.0/24"]), nil),
            (
                RouteCheck(on: [.node("kind-worker")], absent: ["10.0.2.0/24 dev eth0"]),
                "has 10.0.2.0/24 via 172.18.0.3 dev eth0, which must not be there"
            ),
            (
                RouteCheck(
                    on: [.node("kind-worker")],
                    nextHops: [
                        .init(destination: "10.0.2.7", wanted: "172.18.0.3"),
                        .init(destination: "1.1.1.1", wanted: "dev eth0"),
                    ]), nil
            ),
            (
                RouteCheck(
                    on: [.node("kind-worker")], nextHops: [.init(destination: "10.0.1.7", wanted: "172.18.0.4")]),
                "10.0.1.7 goes to 172.18.0.1 by default via 172.18.0.1 dev eth0, wanted 172.18.0.4"
            ),
            (RouteCheck(on: [.node("kind-worker")], count: 2), nil),
            (RouteCheck(on: [.node("kind-worker")], count: 3), "has 2 routes, wanted 3"),
            (RouteCheck(on: [.node("kind-worker")], table: RouteTable(rawValue: 50), count: 0), nil),
        ] as [(RouteCheck, String?)])
    func routeForms(_ check: RouteCheck, _ message: String?) {
        #expect(Sample.findings(check, [standard, away]).map(\.message) == (message.map { [$0] } ?? []))
    }

    @Test("a next hop without any route, a namespace that is gone, a place where nobody is: never green")
    func nothingThere() {
        let hop = RouteCheck(on: node, nextHops: [.init(destination: "10.0.2.7", wanted: "172.18.0.3")])
        #expect(Sample.findings(hop, []).map(\.message) == ["has no route to 10.0.2.7, wanted 172.18.0.3"])
        let gone = Examination(.routes(RouteCheck(on: node, count: 0)), in: Sample.inventory).findings(LabSight())
        #expect(gone.map(\.description) == ["routes kind-worker: its namespace is gone"])
        let nobody = Examination(.routes(RouteCheck(on: [.controlPlanes], count: 0)), in: Sample.inventory)
        #expect(nobody.findings(LabSight()).map(\.description) == ["routes: there is no control-planes"])
        let alone = ReachCheck(from: node, to: node)
        #expect(Sample.findings(.reach(alone), .answered) == ["reach: there is nobody but kind-worker"])
        let unseen = Examination(.reach(ReachCheck(from: [.pods], to: [.nodes])), in: Sample.inventory)
        #expect(unseen.findings(LabSight()).count == 4)
    }

    // MARK: Reach and HTTP

    static let outcomes: [ProbeOutcome] = [
        .answered, .refused, .unreachable("host unreachable", by: nil), .timedOut,
    ]

    @Test(
        "each expectation takes its outcome and no other",
        arguments: [
            (.yes, [true, false, false, false]), (.no, [false, true, true, true]),
            (.refused, [false, true, false, false]), (.unreachable, [false, false, true, false]),
            (.timeout, [false, false, false, true]),
        ] as [(Reachability, [Bool])])
    func expectations(_ expect: Reachability, _ accepted: [Bool]) {
        let check = ReachCheck(from: [.pod(.init(name: "a"))], to: [.pod(.init(name: "b"))], expect: expect)
        #expect(Self.outcomes.map { Sample.findings(.reach(check), $0).isEmpty } == accepted)
    }

    @Test("the pair, the protocol and what was found are named")
    func reachWords() {
        let check = ReachCheck(from: [.pods], to: [.pods], transport: .tcp, port: 80)
        let router = IPAddress(172, 18, 0, 1)
        #expect(
            Sample.findings(.reach(check), .unreachable("network unreachable", by: router)) == [
                "reach pod/a -> pod/b:80 tcp: network unreachable, says 172.18.0.1, wanted an answer",
                "reach pod/b -> pod/a:80 tcp: network unreachable, says 172.18.0.1, wanted an answer",
            ])
    }

    @Test("a matrix leaves out oneself; a Service is tried at each port of the protocol")
    func matrix() {
        let all = Examination(.reach(ReachCheck(from: [.nodes, .pods], to: [.nodes, .pods])), in: Sample.inventory)
        #expect(all.probes.count == 12)
        let service = Place.service(.init(name: "web"))
        let udp = Examination(
            .reach(ReachCheck(from: [.pods], to: [service], transport: .udp)), in: Sample.inventory)
        #expect(udp.probes.map(\.kind) == [.datagram(port: 53), .datagram(port: 53)])
        #expect(udp.probes.map(\.to) == [Sample.clusterIP, Sample.clusterIP])
    }

    @Test("a probe that this machine cannot make is the environment's fault, whatever was expected")
    func environment() {
        let check = ReachCheck(from: [.nodes], to: [.host], expect: .no)
        let examination = Examination(.reach(check), in: Sample.inventory)
        let outcome = ProbeOutcome.failed("open a socket: not permitted", isEnvironment: true)
        let outcomes = Dictionary(examination.probes.map { ($0, outcome) }) { first, _ in first }
        let findings = examination.findings(LabSight(outcomes: outcomes))
        #expect(findings.count == 2 && findings.allSatisfy(\.isEnvironment))
    }

    @Test("http: status and texts")
    func http() {
        let check = HTTPCheck(from: node, to: [.service(.init(name: "web"))], contains: ["Hello", "1.0.0"])
        func findings(_ outcome: ProbeOutcome) -> [String] { Sample.findings(.http(check), outcome) }
        let subject = "http kind-worker -> service/web:8080/: "
        #expect(findings(.responses([Sample.response("Hello, 1.0.0")])) == [])
        #expect(
            findings(.responses([Sample.response("Hello, 2")])) == [subject + "the answer does not contain \"1.0.0\""])
        #expect(
            findings(.responses([Sample.response("Hello", status: 503)])) == [subject + "status 503, wanted 200"])
        #expect(findings(.timedOut) == [subject + "no answer, wanted status 200"])
    }

    // MARK: Path, source, MTU

    @Test("path: there and back, with the names of the routers; the same node twice is one hop")
    func paths() {
        let check = PathCheck(
            from: [.pod(.init(name: "a"))], to: [.pod(.init(name: "b"))], hops: [.ownNode, .farNode])
        let (near, far) = (IPAddress(10, 0, 0, 140), IPAddress(172, 18, 0, 3))
        let right = Sample.findings(.path(check)) { probe in
            .hops(probe.to == Sample.b ? [near, far] : [far, near], reached: true)
        }
        #expect(right == [])
        let wrong = Sample.findings(.path(check)) { probe in
            probe.to == Sample.b ? .hops([near, nil], reached: false) : .hops([far], reached: true)
        }
        #expect(
            wrong == [
                "path pod/a -> pod/b: kind-worker, *, and pod/b does not answer; wanted kind-worker, kind-worker2",
                "path pod/b -> pod/a: kind-worker2; wanted kind-worker2, kind-worker",
            ])
    }

    @Test("source: by a listener of the check's own, or by what a Service's backend says")
    func sources() {
        let own = SourceCheck(from: [.pod(.init(name: "a"))], to: [.host], seen: .node)
        #expect(Sample.findings(.source(own), .seen(IPAddress(172, 18, 0, 2))) == [])
        #expect(
            Sample.findings(.source(own), .seen(Sample.a)) == [
                "source pod/a -> host: host saw 10.0.0.7, wanted 172.18.0.2"
            ])
        let service = SourceCheck(from: node, to: [.service(.init(name: "web"))], seen: .router)
        let body = "Hostname: b\nPeer: 10.0.0.140:41022\nLocal: 10.0.2.7:8080\n"
        #expect(Sample.findings(.source(service), .responses([Sample.response(body)])) == [])
        #expect(
            Sample.findings(.source(service), .responses([Sample.response("Hello")])).first?
                .contains("does not say whom it saw") == true)
    }

    @Test("mtu: the size, and whether a sender learns of it")
    func mtu() {
        let check = MTUCheck(from: node, to: [.host], bytes: 1500)
        func findings(_ outcome: ProbeOutcome) -> [String] { Sample.findings(.mtu(check), outcome) }
        #expect(findings(.largest(1500, discovery: true)) == [])
        #expect(
            findings(.largest(1400, discovery: true)) == [
                "mtu kind-worker -> host: the largest packet has 1400 bytes, wanted 1500"
            ])
        #expect(findings(.largest(1400, discovery: false)).count == 2)
        #expect(findings(.timedOut) == ["mtu kind-worker -> host: no answer, wanted 1500 bytes"])
    }

    // MARK: Services

    @Test("service: active backends, address, ports, and a daemon that is not there")
    func services() {
        func findings(_ check: ServiceCheck) -> [String] { Sample.findings(.service(check), .answered) }
        let web = LabOptions.ServiceName(name: "web")
        #expect(findings(ServiceCheck(service: web, active: 2, clusterIP: Sample.clusterIP)) == [])
        #expect(
            findings(ServiceCheck(service: web, port: 53, active: 3)) == [
                "service web:53/udp: has 2 active backends, wanted 3"
            ])
        #expect(findings(ServiceCheck(service: web, port: 9)) == ["service web: the proxy does not have port 9 of it"])
        #expect(
            findings(ServiceCheck(service: .init(name: "x"))) == ["service x: the proxy does not have it"])
        let blind = Examination(.service(ServiceCheck(service: web)), in: Sample.inventory).findings(LabSight())
        #expect(blind.map(\.found) == ["none"])
    }

    @Test(
        "spread: each backend's share, and how many there are",
        arguments: [
            ([50, 50], []), ([20, 80], []), ([19, 81], ["a had 19", "b had 81"]),
            ([100], ["a had 100", "1 backends answered, wanted 2"]), ([45, 45], ["90 of 100 requests were answered"]),
        ] as [([Int], [String])])
    func spread(_ counts: [Int], _ messages: [String]) {
        let check = SpreadCheck(from: node, to: [.service(.init(name: "web"))], requests: 100, share: 20...80)
        let responses = zip(["a", "b"], counts).flatMap { name, count in
            Array(repeating: Sample.response("Hello\nHostname: \(name)\n"), count: count)
        }
        let found = Sample.findings(.spread(check), .responses(responses))
        #expect(found.count == messages.count, "\(found)")
        for (found, message) in zip(found, messages) { #expect(found.contains(message)) }
    }
}
