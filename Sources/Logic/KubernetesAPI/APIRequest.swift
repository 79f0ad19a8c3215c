/// A request as the API looks at it: no connection, no headers but those that mean something.
package struct APIRequest: Hashable, Sendable {
    package var method: String
    /// Without the query, not decoded.
    package var path: String
    package var query: [String: [String]]
    package var accept: String
    /// As the client says, with its parameters; empty when it says nothing.
    package var contentType = ""
    package var body: [UInt8] = []
    package var userAgent = ""
    /// Who asks: the client certificate's common name, and its organizations.
    package var user = "system:anonymous"
    package var groups: [String] = []

    package init(method: String, path: String, query: [String: [String]] = [:], accept: String = "application/json") {
        self.method = method
        self.path = path
        self.query = query
        self.accept = accept
    }

    /// - Parameter target: path and query as they stand in the request line.
    package init(method: String, target: String, accept: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(method: method, path: Self.decoded(parts.first ?? ""), accept: accept)
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decoded(words[0]), default: []].append(words.count > 1 ? Self.decoded(words[1]) : "")
        }
    }

    /// The first value of a parameter; nil when it is not there or empty.
    package func parameter(_ name: String) -> String? { query[name]?.first.flatMap { $0.isEmpty ? nil : $0 } }

    package func isSet(_ name: String) -> Bool { ["true", "1"].contains(parameter(name) ?? "") }

    /// Percent escapes and `+` undone. An escape that is none stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What goes back.
package struct APIResponse: Hashable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]
    /// For the client to show, each a `Warning` header of its own.
    package var warnings: [String] = []

    package init(status: Int = 200, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
