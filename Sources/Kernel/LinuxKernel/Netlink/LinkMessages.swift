internal import CNetlink
internal import NetworkModel

/// Encodes links for rtnetlink (`RTM_NEWLINK`, `RTM_SETLINK`, `RTM_DELLINK`).
///
/// The kernel reads aliases and per-family settings only from a message about an existing link, and raises a link
/// before it reads that link's IPv6 settings, so a link takes three messages: create, ``configure``, ``activate``.
/// All three go in one send.
enum LinkMessages {
    /// Makes a bridge. STP is off, so its ports forward at once.
    static func addBridge(
        _ link: Link, index: Int32, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        builder.append(
            to: &queue, step: step, type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL, header: head(index)
        ) { message in
            identity(link, message)
            message.nest(IFLA_LINKINFO) {
                message.put(Int(IFLA_INFO_KIND), "bridge")
                message.nest(Int(IFLA_INFO_DATA)) { message.put(IFLA_BR_STP_STATE, UInt32(0)) }
            }
        }
    }

    /// Makes both ends of a pair, with the second one's namespace given as an open file.
    ///
    /// The indexes should differ: a link whose peer has the same index in another namespace counts as having no lower
    /// device, and some kernels then take up to a second to see its carrier.
    static func addVethPair(
        _ first: Link, index: Int32, _ second: Link, index secondIndex: Int32, namespace: Int32?,
        to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        builder.append(
            to: &queue, step: step, type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL, header: head(index)
        ) { message in
            identity(first, message)
            singleQueue(message)
            message.nest(IFLA_LINKINFO) {
                message.put(Int(IFLA_INFO_KIND), "veth")
                message.nest(Int(IFLA_INFO_DATA)) {
                    message.nest(Int(VETH_INFO_PEER)) {
                        message.putRaw(head(secondIndex))
                        identity(second, message)
                        singleQueue(message)
                        if let namespace { message.put(IFLA_NET_NS_FD, UInt32(bitPattern: namespace)) }
                    }
                }
            }
        }
    }

    /// Sets what only an existing link takes: alias, IPv4 settings, the ARP flag, and no IPv6 link-local address
    /// (its duplicate detection and router solicitations would be noise on every capture).
    static func configure(
        _ link: Link, index: Int32, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        let header = link.arp ? head(index) : head(index, flags: Flag.noARP, change: Flag.noARP)
        builder.append(to: &queue, step: step, type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            if let alias = link.alias { message.put(IFLA_IFALIAS, bytes: Array(alias.utf8)) }
            familySettings(link.settings, addressGeneration: true, message)
        }
    }

    /// Makes the link a port and raises it. Nothing is sent when it is neither.
    static func activate(
        _ link: Link, index: Int32, master: Int32?, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        guard link.isUp || master != nil else { return }
        let header = link.isUp ? head(index, flags: Flag.up, change: Flag.up) : head(index)
        builder.append(to: &queue, step: step, type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            if let master { message.put(IFLA_MASTER, UInt32(bitPattern: master)) }
        }
        if link.isIsolated { isolate(true, index: index, to: &queue, builder, step: step) }
    }

    /// Makes a port of a bridge isolated, or ends it: a message of the bridge's own family.
    private static func isolate(
        _ isIsolated: Bool, index: Int32, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        var header = head(index)
        header.ifi_family = UInt8(AF_BRIDGE)
        builder.append(to: &queue, step: step, type: Int(RTM_SETLINK), flags: 0, header: header) { message in
            message.nest(Int(IFLA_PROTINFO)) { message.put(Int(IFLA_BRPORT_ISOLATED), UInt8(isIsolated ? 1 : 0)) }
        }
    }

    /// Changes what differs, in one message. A setting that is only in `old` keeps its value: none says which else.
    ///
    /// - Parameter master: the new master's index, 0 for none, nil to leave it.
    static func change(
        from old: Link, to new: Link, index: Int32, master: Int32?, to queue: inout MessageQueue,
        _ builder: MessageBuilder, step: Int
    ) {
        var change: UInt32 = 0
        if old.isUp != new.isUp { change |= Flag.up }
        if old.arp != new.arp { change |= Flag.noARP }
        let flags = (new.isUp ? Flag.up : 0) | (new.arp ? 0 : Flag.noARP)
        builder.append(
            to: &queue, step: step, type: Int(RTM_SETLINK), flags: 0,
            header: head(index, flags: flags & change, change: change)
        ) { message in
            if let mac = new.mac, mac != old.mac { message.put(IFLA_ADDRESS, bytes: mac.bytes) }
            if new.mtu != old.mtu { message.put(IFLA_MTU, UInt32(new.mtu)) }
            if new.alias != old.alias { message.put(IFLA_IFALIAS, bytes: Array((new.alias ?? "").utf8)) }
            if let master { message.put(IFLA_MASTER, UInt32(bitPattern: master)) }
            familySettings(new.settings.filter { old.settings[$0.key] != $0.value }, message)
        }
        if new.isIsolated != old.isIsolated { isolate(new.isIsolated, index: index, to: &queue, builder, step: step) }
    }

    static func remove(index: Int32, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int) {
        builder.append(to: &queue, step: step, type: Int(RTM_DELLINK), flags: 0, header: head(index)) { _ in }
    }

    /// Marks `lo` and raises it: the birth of a namespace.
    static func markLoopback(_ mark: OwnershipMark, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int)
    {
        builder.append(
            to: &queue, step: step, type: Int(RTM_SETLINK), flags: 0,
            header: head(1, flags: Flag.up, change: Flag.up)
        ) { message in message.put(IFLA_IFALIAS, bytes: Array(mark.text.utf8)) }
    }

    static func head(_ index: Int32, flags: UInt32 = 0, change: UInt32 = 0) -> ifinfomsg {
        ifinfomsg(
            ifi_family: UInt8(AF_UNSPEC), __ifi_pad: 0, ifi_type: 0, ifi_index: index, ifi_flags: flags,
            ifi_change: change)
    }

    enum Flag {
        static let up: UInt32 = 0x1
        static let noARP: UInt32 = 0x80
    }

    private static func identity(_ link: Link, _ message: MessageBuilder) {
        message.put(IFLA_IFNAME, link.name.rawValue)
        message.put(IFLA_MTU, UInt32(link.mtu))
        if let mac = link.mac { message.put(IFLA_ADDRESS, bytes: mac.bytes) }
    }

    /// A veth uses one queue unless told otherwise, but reserves one per CPU the machine could have.
    private static func singleQueue(_ message: MessageBuilder) {
        message.put(IFLA_NUM_TX_QUEUES, UInt32(1))
        message.put(IFLA_NUM_RX_QUEUES, UInt32(1))
    }

    private static func familySettings(
        _ settings: [IPv4Setting: Int], addressGeneration: Bool = false, _ message: MessageBuilder
    ) {
        guard addressGeneration || !settings.isEmpty else { return }
        message.nest(IFLA_AF_SPEC) {
            if !settings.isEmpty {
                message.nest(Int(AF_INET)) {
                    message.nest(Int(IFLA_INET_CONF)) {
                        for (setting, value) in settings.sorted(by: { $0.key < $1.key }) {
                            message.put(setting.configurationNumber, UInt32(truncatingIfNeeded: value))
                        }
                    }
                }
            }
            if addressGeneration {
                message.nest(Int(AF_INET6)) {
                    message.put(Int(IFLA_INET6_ADDR_GEN_MODE), UInt8(IN6_ADDR_GEN_MODE_NONE.rawValue))
                }
            }
        }
    }
}

extension IPv4Setting {
    /// `IPV4_DEVCONF_...` of <linux/ip.h>: the position in `IFLA_INET_CONF`, counted from 1.
    var configurationNumber: Int {
        switch self {
        case .forwarding: Int(IPV4_DEVCONF_FORWARDING)
        case .reversePathFilter: Int(IPV4_DEVCONF_RP_FILTER)
        case .acceptLocal: Int(IPV4_DEVCONF_ACCEPT_LOCAL)
        case .sendRedirects: Int(IPV4_DEVCONF_SEND_REDIRECTS)
        case .proxyARP: Int(IPV4_DEVCONF_PROXY_ARP)
        case .arpIgnore: Int(IPV4_DEVCONF_ARP_IGNORE)
        }
    }
}
