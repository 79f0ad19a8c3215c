/// A word of a route line that stands for what was drawn when the lab was made: `$router`, `$cidr(kind-worker2)`.
package struct RouteVariable: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A node's address on `cilium_host`.
        case router
        /// A node's pod CIDR.
        case cidr
        /// A node's or a pod's own address.
        case address
        /// A Service's ClusterIP; `$clusterIP(NAMESPACE/NAME)`.
        case clusterIP
    }

    package var kind: Kind
    /// Whose; nil: of the place the table is read at.
    package var of: String?

    /// The text with each variable replaced by what `value` makes of it.
    ///
    /// - Returns: nil when a `$` begins none, or `value` has nothing for one.
    package static func substituted(_ text: String, _ value: (RouteVariable) -> String?) -> String? {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            let word = rest.prefix { $0.isLetter && $0.isASCII }
            guard let kind = Kind(rawValue: String(word)) else { return nil }
            rest = rest.dropFirst(word.count)
            var variable = RouteVariable(kind: kind, of: nil)
            if rest.first == "(" {
                guard let end = rest.firstIndex(of: ")") else { return nil }
                variable.of = String(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            }
            guard let text = value(variable) else { return nil }
            result += text
        }
        return result + rest
    }

    /// The names in brackets of a text, for checking that there are such.
    package static func names(in text: String) -> [(kind: Kind, name: String)] {
        var found: [(kind: Kind, name: String)] = []
        _ = substituted(text) { variable in
            if let name = variable.of { found.append((variable.kind, name)) }
            return ""
        }
        return found
    }

    /// Something of the right shape in the variable's place, for checking the rest of a line.
    package var sample: String { kind == .cidr ? "10.0.0.0/24" : "10.0.0.1" }
}
