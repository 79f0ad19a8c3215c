/// A neighbour entry that was put there on purpose, as Cilium does for remote nodes; learnt entries are not modelled.
package struct Neighbour: Hashable, Sendable, Codable, Comparable {
    package var link: LinkName
    package var address: IPAddress
    package var mac: MACAddress
    /// NUD_PERMANENT; otherwise the entry may age.
    package var isPermanent: Bool
    /// NTF_EXT_LEARNED, shown as `extern_learn`.
    package var isExternallyLearned: Bool

    package init(
        link: LinkName, address: IPAddress, mac: MACAddress, isPermanent: Bool = true,
        isExternallyLearned: Bool = false
    ) {
        self.link = link
        self.address = address
        self.mac = mac
        self.isPermanent = isPermanent
        self.isExternallyLearned = isExternallyLearned
    }

    package static func < (left: Neighbour, right: Neighbour) -> Bool {
        (left.link, left.address) < (right.link, right.address)
    }
}
