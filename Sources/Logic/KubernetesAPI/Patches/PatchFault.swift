/// Why a patch cannot be applied.
struct PatchFault: Error, Hashable, CustomStringConvertible {
    enum Kind: Hashable {
        /// The patch itself is wrong: 400.
        case malformed
        /// It does not fit the object: 422.
        case inapplicable
    }

    var kind: Kind
    var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
