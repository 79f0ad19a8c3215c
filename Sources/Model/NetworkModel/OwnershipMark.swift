/// The proof, carried by a namespace itself, that a lab made it.
///
/// It is the ifalias of the namespace's `lo`, so it survives a lost state directory and dies with the namespace.
/// Its text is `netlab:LAB:INSTANCE`.
package struct OwnershipMark: Hashable, Sendable, Codable {
    package let lab: String
    /// Drawn anew at each creation of a lab, so that two labs of one name in turn are told apart.
    package let instance: String

    package init(lab: String, instance: String) {
        self.lab = lab
        self.instance = instance
    }

    private static let scheme = "netlab"

    /// Parses an ifalias; nil when it is not a mark.
    ///
    /// A container with CAP_NET_ADMIN may write what it likes into the alias of its `lo`. So the parts are held to what
    /// netlab writes, letters, digits and `-`: the lab becomes the name of a directory that is removed.
    package init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.scheme, parts.dropFirst().allSatisfy(Self.isPlain) else {
            return nil
        }
        self.init(lab: String(parts[1]), instance: String(parts[2]))
    }

    private static func isPlain(_ part: Substring) -> Bool {
        (1...63).contains(part.utf8.count)
            && part.utf8.allSatisfy { (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == 45 }
    }

    package var text: String { "\(Self.scheme):\(lab):\(instance)" }
}
