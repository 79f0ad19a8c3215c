import NetworkModel
import Testing

@Suite struct AddressTests {
    @Test(
        "addresses are read and printed in their canonical form (RFC 5952 for IPv6)",
        arguments: [
            ("172.18.0.2", "172.18.0.2"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("fd00:0010:0244::", "fd00:10:244::"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:10.0.0.1", "::ffff:a00:1"),
            ("FE80::ABCD", "fe80::abcd"),
        ])
    func canonicalText(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
        #expect(IPAddress(canonical) == IPAddress(text))
    }

    @Test(
        "what is no address is refused, as Go's ParseIP refuses it",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1..2.3", ":", ":::", "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "1:2:3:4:5:6:7::8", "::1.2.3",
        ])
    func refused(text: String) { #expect(IPAddress(text) == nil) }

    @Test("bytes and text tell the same address, in both families", arguments: ["10.96.37.61", "fd00:10:96::a"])
    func bytes(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(address.bytes.count == address.family.bitWidth / 8)
    }

    @Test("IPv4 comes before IPv6, and each is ordered by number, not by text")
    func order() throws {
        let texts = ["::1", "10.0.0.10", "10.0.0.9", "fd00::"]
        let sorted = texts.compactMap { IPAddress($0) }.sorted().map(\.description)
        #expect(sorted == ["10.0.0.9", "10.0.0.10", "::1", "fd00::"])
    }
}

@Suite struct PrefixTests {
    @Test(
        "a prefix knows its network, its size and what it holds",
        arguments: [
            ("10.0.1.77/24", "10.0.1.0/24", 256), ("10.0.1.77/32", "10.0.1.77/32", 1),
            ("0.0.0.0/0", "0.0.0.0/0", 1 << 32),
            ("fd00:10:244::5/56", "fd00:10:244::/56", Int.max), ("172.18.255.1/15", "172.18.0.0/15", 1 << 17),
        ])
    func network(text: String, network: String, count: Int) throws {
        let prefix = try #require(IPPrefix(text))
        #expect(prefix.network.description == network)
        #expect(prefix.count == count)
        #expect(prefix.contains(prefix.address))
        #expect(prefix.network.isNetwork)
    }

    @Test(
        "what is no prefix is refused",
        arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0.0/1x"])
    func refused(text: String) { #expect(IPPrefix(text) == nil) }

    @Test("prefixes overlap exactly when one holds the other, never across families")
    func overlap() throws {
        let pool = try #require(IPPrefix("10.0.0.0/8"))
        #expect(try pool.overlaps(#require(IPPrefix("10.96.0.0/16"))))
        #expect(try #require(IPPrefix("10.96.0.0/16")).overlaps(pool))
        #expect(try !pool.overlaps(#require(IPPrefix("172.18.0.0/16"))))
        #expect(try !#require(IPPrefix("0.0.0.0/0")).overlaps(#require(IPPrefix("::/0"))))
    }
}

@Suite struct NameTests {
    @Test("the kernel's rule for link names", arguments: ["eth0", "lxc0123456789ab", "cilium_host", "a.b-c"])
    func linkNames(name: String) { #expect(LinkName(rawValue: name) != nil) }

    @Test("names the kernel would refuse", arguments: ["", ".", "..", "a/b", "a:b", "a b", "sixteen-bytes-xx"])
    func noLinkNames(name: String) { #expect(LinkName(rawValue: name) == nil) }

    @Test("a namespace's name is one file name")
    func namespaceNames() {
        #expect(NamespaceName(rawValue: "three-node.kind-worker") != nil)
        #expect(NamespaceName(rawValue: "a/b") == nil)
        #expect(NamespaceName(rawValue: "..") == nil)
        #expect(NamespaceName(rawValue: String(repeating: "x", count: 256)) == nil)
    }

    @Test("a mark is read back from its text, and nothing else is a mark")
    func marks() {
        let mark = OwnershipMark(lab: "three-node", instance: "1f2e3d4c")
        #expect(OwnershipMark(text: mark.text) == mark)
        for text in ["", "netlab", "netlab:a", "netlab::b", "netlab:a:", "other:a:b", "netlab:a:b:c"] {
            #expect(OwnershipMark(text: text) == nil)
        }
    }
}

@Suite struct SeedTests {
    @Test("a draw depends on the seed and on every word, not on what was drawn before")
    func draws() {
        let seed = Seed(1)
        let first = seed.draw("router", "kind-worker")
        _ = seed.draw("something", "else")
        #expect(seed.draw("router", "kind-worker") == first)
        #expect(Seed(2).draw("router", "kind-worker") != first)
        #expect(seed.draw("router", "kind-worker2") != first)
        #expect(seed.draw("routerkind", "-worker") != first)
    }

    @Test("draws below a bound reach every value")
    func bounds() {
        let drawn = Set((0..<400).map { Seed(7).draw(below: 8, "n", "\($0)") })
        #expect(drawn == Set(0..<8))
    }
}

@Suite struct MACAddressTests {
    @Test("docker's address of a container is 02:42 and its IPv4 address")
    func docker() { #expect(MACAddress(docker: IPAddress(172, 18, 0, 2)).description == "02:42:ac:12:00:02") }

    @Test("a drawn address is unicast and locally administered, whatever was drawn")
    func drawn() {
        for bits in [0, UInt64.max, 0x1234_5678_9abc] {
            let first = MACAddress(locallyAdministered: bits).bytes[0]
            #expect(first & 1 == 0)
            #expect(first & 2 == 2)
        }
    }

    @Test(
        "text is six groups of two digits",
        arguments: ["", "02:42", "02:42:ac:12:00:0g", "02-42-ac-12-00-02", "2:42:ac:12:0:2"])
    func refused(text: String) { #expect(MACAddress(text) == nil) }
}
