package import NetworkModel

/// An interface that packets are taken from.
package struct CapturePoint: Hashable, Sendable, CustomStringConvertible {
    package var namespace: NamespaceName
    package var link: LinkName
    /// How people call the namespace: `kind-worker`, `default_hello-app-...`, `host`.
    package var place: String

    package init(namespace: NamespaceName, link: LinkName, place: String) {
        self.namespace = namespace
        self.link = link
        self.place = place
    }

    /// `kind-worker:eth0`, the interface's name in a capture file: names alone repeat in every namespace.
    package var description: String { "\(place):\(link)" }
}

/// What the bytes of an interface's packets begin with: the link types of pcapng that occur in a lab.
package enum LinkLayer: UInt16, Hashable, Sendable {
    /// LINKTYPE_ETHERNET: veth, bridge, vxlan, dummy, and `lo`, whose addresses are zeros.
    case ethernet = 1
    /// LINKTYPE_RAW: a tun, whose packets begin with the IP header.
    case raw = 101
}

/// A packet as an interface saw it.
package struct CapturedPacket: Hashable, Sendable {
    package enum Direction: Hashable, Sendable { case incoming, outgoing }

    /// The place of its interface in the list that was captured from.
    package var point: Int
    /// Nanoseconds since 1970, by the kernel's clock when the interface saw it.
    package var time: UInt64
    package var direction: Direction
    package var linkLayer: LinkLayer
    /// Up to the snap length.
    package var bytes: [UInt8]
    /// On the wire; more than ``bytes`` has when it was cut.
    package var length: Int

    package init(
        point: Int, time: UInt64, direction: Direction, linkLayer: LinkLayer = .ethernet, bytes: [UInt8],
        length: Int? = nil
    ) {
        self.point = point
        self.time = time
        self.direction = direction
        self.linkLayer = linkLayer
        self.bytes = bytes
        self.length = length ?? bytes.count
    }
}
