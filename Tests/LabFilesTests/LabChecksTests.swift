import LabFiles
import NetworkModel
import Testing

/// checks.yaml: what is read, with which defaults. What is refused is in labs/errors/checks-*.
@Suite struct LabChecksTests {
    private let head = "apiVersion: netlab/v1alpha1\nchecks:\n"

    private func checks(_ text: String) throws -> [Check] {
        let source = LabSource(
            path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", text: goodKind),
            checks: LabFile(path: "checks.yaml", text: head + text))
        return try LabFiles.parse(source).checks?.checks ?? []
    }

    @Test("a lab without checks.yaml has no checks, one with an empty list has an empty list")
    func absence() throws {
        #expect(try parse().checks == nil)
        let source = LabSource(
            path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", text: goodKind),
            checks: LabFile(path: "checks.yaml", text: "apiVersion: netlab/v1alpha1\nchecks: []\n"))
        #expect(try LabFiles.parse(source).checks == LabChecks())
    }

    @Test("every kind is read")
    func everyKind() throws {
        let checks = try checks(
            """
            - routes:
                on: [kind-worker, workers]
                table: 50
                exact: ["10.0.0.7 dev lxc0"]
                present: "default via 172.18.0.1"
                absent: ["blackhole 10.0.0.0/8"]
                nextHop: {10.0.2.7: dev eth0}
                count: 3
            - reach: {from: nodes, to: [app=web, host], protocol: tcp, port: 80, expect: refused}
            - http: {from: kind-worker, to: service/a/web, path: /x, status: 404, contains: [a, b]}
            - path: {from: pods, to: pods, hops: [from, host, to], back: [kind-worker]}
            - spread: {from: nodes, to: service/web, requests: 10, least: 20, most: 80, backends: 2}
            - source: {from: pods, to: host, port: 80, seen: node}
            - mtu: {from: pods, to: nodes, bytes: 1450, discovery: false}
            - service: {name: a/web, port: 80, active: 2, clusterIP: 10.96.0.9}
            - converges:
                after: {deleteRoute: {on: kind-worker, to: 10.0.2.0/24}}
                until: {reach: {from: pods, to: pods}}
            """)
        let web = LabOptions.ServiceName(namespace: "a", name: "web")
        #expect(
            checks.map(\.subject) == [
                .routes(
                    RouteCheck(
                        on: [.node("kind-worker"), .workers], table: RouteTable(rawValue: 50),
                        exact: ["10.0.0.7 dev lxc0"], present: ["default via 172.18.0.1"],
                        absent: ["blackhole 10.0.0.0/8"],
                        nextHops: [.init(destination: "10.0.2.7", wanted: "dev eth0")], count: 3)),
                .reach(
                    ReachCheck(
                        from: [.nodes], to: [.labelled("app", "web"), .host], transport: .tcp, port: 80,
                        expect: .refused)),
                .http(
                    HTTPCheck(
                        from: [.node("kind-worker")], to: [.service(web)], path: "/x", status: 404,
                        contains: ["a", "b"])),
                .path(
                    PathCheck(
                        from: [.pods], to: [.pods], hops: [.ownNode, .place(.host), .farNode],
                        back: [.place(.node("kind-worker"))])),
                .spread(
                    SpreadCheck(
                        from: [.nodes], to: [.service(LabOptions.ServiceName(name: "web"))], requests: 10,
                        backends: 2, share: 20...80)),
                .source(SourceCheck(from: [.pods], to: [.host], port: 80, seen: .node)),
                .mtu(MTUCheck(from: [.pods], to: [.nodes], bytes: 1450, discovery: false)),
                .service(
                    ServiceCheck(service: web, port: 80, active: 2, clusterIP: IPAddress(10, 96, 0, 9))),
                .converges(
                    ConvergenceCheck(
                        action: .deleteRoute(node: "kind-worker", destination: IPPrefix(IPAddress(10, 0, 2, 0), 24)),
                        until: .reach(ReachCheck(from: [.pods], to: [.pods])))),
            ])
        #expect(checks.map(\.changesLab) == Array(repeating: false, count: 8) + [true])
    }

    @Test("names: the file's, or one that says what is checked; times: the check's, the file's, the default")
    func namesAndTimes() throws {
        let checks = try checks(
            """
            - reach: {from: nodes, to: pods, protocol: udp, port: 53, expect: timeout}
            - {name: mine, why: because, severity: warning, for: 500ms, reach: {from: nodes, to: host}}
            - {within: 1m, timeout: 1.5s, mtu: {from: nodes, to: host, bytes: 1500}}
            """)
        #expect(checks.map(\.name) == ["reach nodes -> pods:53 udp timeout", "mine", "mtu nodes -> host"])
        #expect(checks.map(\.timing) == [.within(Check.defaultWithin), .holds(0.5), .within(60)])
        #expect(checks.map(\.timeout) == [Check.defaultTimeout, Check.defaultTimeout, 1.5])
        #expect(checks.map(\.isWarning) == [false, true, false])
        #expect(checks.map(\.why) == ["", "because", ""])
        #expect(checks.map(\.place.line) == [3, 4, 5])
    }

    @Test(
        "a place's text and the place",
        arguments: [
            ("host", .host), ("nodes", .nodes), ("control-planes", .controlPlanes), ("workers", .workers),
            ("kind-worker", .node("kind-worker")), ("pods", .pods), ("pod/a", .pod(.init(name: "a"))),
            ("pod/b/a", .pod(.init(namespace: "b", name: "a"))), ("app=web", .labelled("app", "web")),
            ("app.kubernetes.io/name=web", .labelled("app.kubernetes.io/name", "web")),
            ("deployment/a", .deployment(.init(name: "a"))), ("service/a", .service(.init(name: "a"))),
            ("10.0.0.1", .address(IPAddress(10, 0, 0, 1))), ("fd00::1", IPAddress("fd00::1").map(Place.address)),
            ("", nil), ("a/b", nil), ("pod/", nil), ("pod/a/b/c", nil), ("=x", nil), ("x=", nil), ("Kind", nil),
            ("pod/A", nil), ("10.0.0", nil),
        ] as [(String, Place?)])
    func places(_ text: String, _ place: Place?) {
        #expect(Place(text) == place)
        if let place { #expect(place.description == text) }
    }

    @Test(
        "a line allows what it leaves out, and equals only what has nothing more",
        arguments: [
            ("10.0.2.0/24 via 172.18.0.3 dev eth0", true, true), ("10.0.2.0/24 dev eth0 via 172.18.0.3", true, true),
            ("10.0.2.0/24", true, false), ("10.0.2.0/24 dev eth0", true, false),
            ("unicast 10.0.2.0/24 proto boot scope global metric 0 via 172.18.0.3 dev eth0", true, true),
            ("10.0.2.0/24 via 172.18.0.2 dev eth0", false, false), ("blackhole 10.0.2.0/24", false, false),
            ("10.0.2.0/25 dev eth0", false, false), ("10.0.2.0/24 dev eth0 metric 5", false, false),
            ("10.0.2.0/24 via 172.18.0.3 dev eth0 src 172.18.0.2", false, false),
            ("10.0.2.0/24 via 172.18.0.3 dev eth0 mtu 1400", false, false),
        ])
    func patterns(_ line: String, _ allows: Bool, _ equals: Bool) throws {
        let route = Route(
            IPPrefix(IPAddress(10, 0, 2, 0), 24), via: IPAddress(172, 18, 0, 3), dev: .eth0)
        let pattern = try #require(RoutePattern(line))
        #expect(pattern.allows(route) == allows)
        #expect(pattern.equals(route) == equals)
    }

    @Test("what iproute2 prints of a route reads back as that route", arguments: Self.routes)
    func printedRoutes(_ route: Route) {
        #expect(RoutePattern(route.description)?.equals(route) == true, "\(route)")
    }

    static let routes: [Route] = [
        Route(.any(.ipv4), via: IPAddress(172, 18, 0, 1), dev: .eth0),
        Route(IPPrefix(host: IPAddress(10, 0, 0, 140)), dev: .eth0, scope: .link),
        Route(
            IPPrefix(IPAddress(172, 18, 0, 0), 16), dev: .eth0, src: IPAddress(172, 18, 0, 2), scope: .link,
            protocol: .kernel),
        Route(
            IPPrefix(IPAddress(10, 96, 0, 0), 16), table: .local, kind: .local, dev: .loopback,
            src: IPAddress(172, 18, 0, 2), scope: .host),
        Route(IPPrefix(IPAddress(10, 0, 0, 0), 8), kind: .blackhole, metric: 7, mtu: 1400),
    ]

    @Test("variables stand for what the lab has, and only known ones")
    func variables() {
        let line = "$cidr(kind-worker2) via $address(kind-worker2) src $router"
        let text = RouteVariable.substituted(line) { "<\($0.kind.rawValue) \($0.of ?? "own")>" }
        #expect(text == "<cidr kind-worker2> via <address kind-worker2> src <router own>")
        #expect(RouteVariable.substituted("$nothing dev eth0") { $0.sample } == nil)
        #expect(RouteVariable.substituted("$cidr(open dev eth0") { $0.sample } == nil)
        #expect(RouteVariable.substituted("$router dev eth0") { _ in nil } == nil)
    }
}
