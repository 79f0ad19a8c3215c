import NetworkModel
import ServiceRouting
import Testing

@Suite struct SourcePreservationTests {
    struct Case: Sendable, CustomStringConvertible {
        var what: String
        var client: IPAddress
        var backend: IPAddress
        /// By the socket, and by ports.
        var sources: [SourcePreservation.Source]
        var description: String { what }
    }

    static let router = IPAddress(10, 0, 0, 201)
    static let pod = IPAddress(10, 0, 0, 42)
    static let cases = [
        Case(
            what: "pod to pod of the node", client: pod, backend: IPAddress(10, 0, 0, 7), sources: [.client, .client]),
        Case(
            what: "pod to another node's", client: pod, backend: IPAddress(10, 0, 2, 99), sources: [.client, .client]),
        Case(what: "pod to another node", client: pod, backend: IPAddress(172, 18, 0, 3), sources: [.client, .client]),
        Case(what: "pod of a second CIDR", client: IPAddress(10, 0, 9, 1), backend: pod, sources: [.client, .client]),
        Case(what: "pod to itself", client: pod, backend: pod, sources: [.node(router), .node(router)]),
        Case(what: "pod to its node", client: pod, backend: IPAddress(172, 18, 0, 2), sources: [.routed, .client]),
        Case(what: "pod to its router", client: pod, backend: router, sources: [.routed, .client]),
        Case(what: "pod to a ClusterIP", client: pod, backend: IPAddress(10, 96, 0, 1), sources: [.routed, .client]),
        Case(what: "node to a pod", client: IPAddress(172, 18, 0, 2), backend: pod, sources: [.routed, .routed]),
        Case(what: "node as router", client: router, backend: pod, sources: [.routed, .routed]),
        Case(what: "somebody else", client: IPAddress(10, 0, 2, 99), backend: pod, sources: [.routed, .routed]),
    ]

    @Test(
        "sourceIP preserve: who is shown as itself, who as the router, and whom the routes choose for", arguments: cases
    )
    func source(item: Case) {
        let forms: [ClosedRange<UInt16>?] = [nil, 61000...65534]
        for (ports, expected) in zip(forms, item.sources) {
            let preservation = SourcePreservation(
                pods: [IPPrefix(IPAddress(10, 0, 0, 0), 24), IPPrefix(IPAddress(10, 0, 9, 0), 24)],
                router: Self.router,
                local: [IPPrefix(host: IPAddress(172, 18, 0, 2)), IPPrefix(IPAddress(10, 96, 0, 0), 16)], ports: ports)
            #expect(preservation.source(for: item.client, towards: item.backend) == expected)
        }
    }
}
