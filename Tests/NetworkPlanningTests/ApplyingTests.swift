import NetworkModel
import NetworkPlanning
import Testing

/// What falls with what, as seen on Linux 6.18 with iproute2.
@Suite struct ApplyingTests {
    private func node(after change: (NamespaceName, inout NetworkState) throws -> Void) throws -> NamespaceState {
        let name = try Sample.namespace("lab.a")
        var state = try Sample.state().withKernelRoutes()
        try change(name, &state)
        return try #require(state.namespaces[name])
    }

    private func main(_ state: NamespaceState) -> [String] { RouteTableText.lines(of: state) }

    @Test func aRemovedNamespaceTakesTheFarEndsOfItsVeths() throws {
        let host = try Sample.namespace("lab.host")
        let state = try Sample.state().withKernelRoutes().applying(.removeNamespace(host))
        let node = try #require(state.namespaces[try Sample.namespace("lab.a")])
        #expect(node.links.isEmpty && node.addresses.isEmpty && main(node).isEmpty)
        #expect(RouteTableText.lines(of: node, table: .local).count == 2)
    }

    @Test func aLinkSetDownKeepsItsAddressesAndLocalRoutesOnly() throws {
        let down = try node { name, state in
            let link = try #require(state.namespaces[name]?.links[.eth0])
            var to = link
            to.isUp = false
            state.namespaces[name]?.insert(
                Route(try Sample.prefix("12.0.0.0/8"), table: RouteTable(rawValue: 50), dev: .eth0, scope: .link))
            state.apply(.changeLink(name, from: link, to: to))
        }
        #expect(main(down).isEmpty && down.addresses.count == 1)
        #expect(RouteTableText.lines(of: down, table: RouteTable(rawValue: 50)).isEmpty)
        #expect(
            RouteTableText.lines(of: down, table: .local).contains(
                "local 172.18.0.2 dev eth0 proto kernel scope host src 172.18.0.2"))
    }

    @Test func aLinkComingUpBringsBackItsConnectedRouteAndNoOther() throws {
        let up = try node { name, state in
            let link = try #require(state.namespaces[name]?.links[.eth0])
            var down = link
            down.isUp = false
            state.apply(.changeLink(name, from: link, to: down))
            state.apply(.changeLink(name, from: down, to: link))
        }
        #expect(main(up) == ["172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2"])
    }

    @Test func aRemovedAddressTakesTheRoutesOfMainThatUseItAsSource() throws {
        let source = try Sample.address("172.18.0.7")
        let secondary = InterfaceAddress(link: .eth0, prefix: IPPrefix(source, 16))
        let table = RouteTable(rawValue: 50)
        let after = try node { name, state in
            state.apply(.addAddress(name, secondary))
            for table in [.main, table] {
                state.namespaces[name]?.insert(
                    Route(try Sample.prefix("12.0.0.0/8"), table: table, dev: .eth0, src: source, scope: .link))
            }
            state.apply(.removeAddress(name, secondary))
        }
        #expect(
            main(after) == [
                "default via 172.18.0.1 dev eth0", "10.0.1.0/24 via 172.18.0.3 dev eth0",
                "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2",
            ])
        #expect(RouteTableText.lines(of: after, table: table) == ["12.0.0.0/8 dev eth0 scope link src 172.18.0.7"])
    }

    @Test func aRemovedPrimaryTakesItsSecondariesAndTheLastAddressEveryRoute() throws {
        let secondary = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.7/16"))
        let host = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("10.0.0.1/32"))
        let primary = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.2/16"))
        let some = try node { name, state in
            state.apply(.addAddress(name, secondary))
            state.apply(.addAddress(name, host))
            state.apply(.removeAddress(name, primary))
        }
        #expect(some.addresses == [host])
        #expect(main(some) == ["default via 172.18.0.1 dev eth0", "10.0.1.0/24 via 172.18.0.3 dev eth0"])
        let none = try node { name, state in state.apply(.removeAddress(name, primary)) }
        #expect(main(none).isEmpty)
    }

    @Test func aNewHardwareAddressFlushesPermanentNeighboursToo() throws {
        let neighbour = Neighbour(
            link: .eth0, address: try Sample.address("172.18.0.3"), mac: MACAddress(locallyAdministered: 9))
        let after = try node { name, state in
            state.apply(.addNeighbour(name, neighbour))
            let link = try #require(state.namespaces[name]?.links[.eth0])
            var to = link
            to.mac = MACAddress(locallyAdministered: 5)
            state.apply(.changeLink(name, from: link, to: to))
        }
        #expect(after.neighbours.isEmpty)
    }
}
