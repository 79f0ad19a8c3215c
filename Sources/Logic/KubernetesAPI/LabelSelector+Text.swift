package import KubernetesModel

/// A selector that cannot be read, in the API server's words.
package struct SelectorFault: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
    package init(description: String) { self.description = description }
}

extension LabelSelector {
    /// Reads the text form: `app=web,tier!=cache,env in (a, b),x notin (y),!old,new` (apimachinery's labels.Parse).
    ///
    /// - Throws: what is wrong with it.
    package init(text: String) throws(SelectorFault) {
        var requirements: [LabelSelectorRequirement] = []
        for part in Self.parts(text) {
            let part = part.trimmed
            if part.isEmpty {
                if text.trimmed.isEmpty { break }
                throw SelectorFault(description: "found '', expected: identifier in \"\(text)\"")
            }
            requirements.append(try Self.requirement(part))
        }
        self.init(matchExpressions: requirements)
    }

    /// What commas separate, but for those in brackets.
    private static func parts(_ text: String) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts
    }

    private static func requirement(_ part: String) throws(SelectorFault) -> LabelSelectorRequirement {
        if part.hasPrefix("!") {
            return LabelSelectorRequirement(key: try key(part.dropFirst()), operator: "DoesNotExist")
        }
        for (sign, word) in [("!=", "NotIn"), ("==", "In"), ("=", "In")] {
            guard let range = part.firstRange(of: sign) else { continue }
            return LabelSelectorRequirement(
                key: try key(part[..<range.lowerBound]), operator: word,
                values: [try value(part[range.upperBound...])])
        }
        let words = part.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return LabelSelectorRequirement(key: try key(part[...]), operator: "Exists") }
        let rest = words[1].trimmed
        for (word, name) in [("notin", "NotIn"), ("in", "In")] where rest.hasPrefix(word) {
            let list = rest.dropFirst(word.count).trimmed
            guard list.hasPrefix("("), list.hasSuffix(")") else { break }
            let values = list.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            return LabelSelectorRequirement(
                key: try key(words[0][...]), operator: name,
                values: try values.map { text throws(SelectorFault) in try value(text) })
        }
        throw SelectorFault(description: "unable to parse requirement: found '\(rest)', expected: in, notin, =, ==, !=")
    }

    private static func key(_ text: Substring) throws(SelectorFault) -> String {
        let key = text.trimmed
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ isName($0) }) else {
            throw SelectorFault(description: "unable to parse requirement: key: Invalid value: \"\(key)\"")
        }
        return key
    }

    private static func value(_ text: Substring) throws(SelectorFault) -> String {
        let value = text.trimmed
        guard value.isEmpty || value.utf8.count <= 63 && isName(value[...]) else {
            throw SelectorFault(description: "unable to parse requirement: values: Invalid value: \"\(value)\"")
        }
        return value
    }

    private static func isName(_ text: Substring) -> Bool {
        func isEnd(_ character: Character?) -> Bool {
            character.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
        }
        return isEnd(text.first) && isEnd(text.last)
            && text.allSatisfy { isEnd($0) || $0 == "-" || $0 == "_" || $0 == "." }
    }
}

extension StringProtocol {
    var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
