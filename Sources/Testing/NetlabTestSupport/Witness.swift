internal import FoundationEssentials
internal import Glibc
package import NetworkModel

/// What iproute2 and nft say about a namespace: a second opinion, for tests only.
package enum Witness {
    /// The answer of `ip -j -n NAMESPACE WORDS`, an array of objects.
    package static func ip(_ namespace: NamespaceName, _ words: String) throws -> [JSONValue] {
        try json("ip -d -j -n \(namespace) \(words)").array ?? []
    }

    /// The lines of `ip -n NAMESPACE WORDS`, trailing blanks left out.
    package static func ipLines(_ namespace: NamespaceName, _ words: String) throws -> [String] {
        try shell("ip -n \(namespace) \(words)").split(separator: "\n").map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The answer of `nft -j WORDS` inside the namespace.
    package static func nft(_ namespace: NamespaceName, _ words: String) throws -> [JSONValue] {
        try json("ip netns exec \(namespace) nft -j \(words)")["nftables"]?.array ?? []
    }

    /// What a command prints when run inside the namespace.
    package static func exec(_ namespace: NamespaceName, _ command: String) throws -> String {
        try shell("ip netns exec \(namespace) \(command)")
    }

    private static func json(_ command: String) throws -> JSONValue {
        let text = try shell(command)
        // iproute2 prints nothing at all, or `[{}]`, for some empty lists.
        guard !text.allSatisfy(\.isWhitespace) else { return .array([]) }
        return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// Runs a command line with sh and answers what it printed.
    ///
    /// - Throws: ``Failure`` when it does not end with status 0.
    package static func shell(_ command: String) throws -> String {
        guard let stream = open(command) else { throw Failure(command: command, status: -1, output: "") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            output += buffer[..<count]
        }
        let status = pclose(stream)
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw Failure(command: command, status: status, output: text) }
        return text
    }

    /// Starts the command with no signal blocked.
    ///
    /// A thread of the Swift pool blocks nearly all of them and a child inherits that, across exec too: `timeout` would
    /// never fire, and `kill` end nothing.
    private static func open(_ command: String) -> UnsafeMutablePointer<FILE>? {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return popen(command, "re")
    }

    /// A witness that could not speak.
    package struct Failure: Error {
        package var command: String
        package var status: Int32
        package var output: String
    }
}

/// Any JSON value, for looking into answers without a type for each.
package enum JSONValue: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var number: Int? { if case .number(let value) = self { Int(value) } else { nil } }

    /// A field of an object; nil for anything else.
    package subscript(field: String) -> JSONValue? {
        if case .object(let fields) = self { fields[field] } else { nil }
    }
}
