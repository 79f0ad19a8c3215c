internal import Yams

/// Several clusters in one kubeconfig (client-go clientcmd/api/v1): lists of named clusters, users and contexts.
package enum KubeconfigMerge {
    /// Text that is YAML, or no kubeconfig at all.
    package struct Malformed: Error, CustomStringConvertible {
        package var description: String
    }

    private static let lists = ["clusters", "contexts", "users"]

    /// The old text with the entries of the new one, which replace those of the same names, and its current context.
    ///
    /// Comments are lost, as with every program that writes this file.
    ///
    /// - Throws: what is wrong with the old text.
    package static func adding(_ new: String, to old: String) throws(Malformed) -> String {
        let addition = try parsed(new)
        var result = old.allSatisfy(\.isWhitespace) ? ["apiVersion": "v1", "kind": "Config"] : try parsed(old)
        for list in lists {
            let entries = addition[list]?.sequence.map { Array($0) } ?? []
            let names = entries.compactMap { $0["name"]?.string }
            let kept = (result[list]?.sequence.map { Array($0) } ?? []).filter { entry in
                !names.contains(entry["name"]?.string ?? "")
            }
            result[list] = Node(kept + entries)
        }
        result["current-context"] = addition["current-context"]
        return try text(result)
    }

    /// The text without the entries of a name; its context is no longer the current one.
    ///
    /// - Throws: what is wrong with the text.
    package static func removing(_ name: String, from old: String) throws(Malformed) -> String {
        var result = try parsed(old)
        for list in lists {
            guard let entries = result[list]?.sequence else { continue }
            result[list] = Node(entries.filter { $0["name"]?.string != name })
        }
        if result["current-context"]?.string == name { result["current-context"] = "" }
        return try text(result)
    }

    private static func parsed(_ text: String) throws(Malformed) -> Node {
        do {
            if let node = try Yams.compose(yaml: text), node.mapping != nil { return node }
        } catch {
            throw Malformed(description: "it is no YAML")
        }
        throw Malformed(description: "it is no mapping")
    }

    private static func text(_ node: Node) throws(Malformed) -> String {
        do { return try Yams.serialize(node: node) } catch { throw Malformed(description: "it cannot be written") }
    }
}
