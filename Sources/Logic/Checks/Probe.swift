package import LabFiles
package import NetworkModel

/// One thing to try in a namespace, without any program of the lab's.
package struct Probe: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// An ICMP echo request.
        case echo
        /// A TCP connection that is closed at once.
        case connect(port: UInt16)
        /// A UDP datagram, and any answer to it.
        case datagram(port: UInt16)
        /// HTTP GETs, each over a connection of its own.
        case get(port: UInt16, path: String, count: Int)
        /// ICMP echo requests with one hop more each, until the far end answers.
        case hops
        /// ICMP echo requests that may not be fragmented, to find the largest that is answered.
        case largest
        /// A TCP connection to a listener that is opened in this namespace for the purpose, to hear whom it sees.
        case seen(at: NamespaceName)
    }

    package var from: NamespaceName
    package var to: IPAddress
    package var kind: Kind

    package init(_ kind: Kind, from: NamespaceName, to: IPAddress) {
        self.kind = kind
        self.from = from
        self.to = to
    }
}

/// How a probe went.
package enum ProbeOutcome: Hashable, Sendable {
    case answered
    /// A RST or an ICMP port unreachable.
    case refused
    /// No route, or an ICMP error; with the errno's text, and the router that sent the error where it is known.
    case unreachable(String, by: IPAddress?)
    case timedOut
    /// The answers to GETs, each in full.
    case responses([HTTPResponse])
    /// The routers in order, nil where none answered; and whether the far end did.
    case hops([IPAddress?], reached: Bool)
    /// Bytes of the largest packet that was answered, 0 for none; and whether larger ones were answered with an error.
    case largest(Int, discovery: Bool)
    case seen(IPAddress)
    /// The probe could not be made at all: this machine's fault, or the namespace is gone.
    case failed(String, isEnvironment: Bool)

    /// How it went, for people.
    package var text: String {
        switch self {
        case .answered: "answered"
        case .refused: "refused"
        case .unreachable(let text, let router): text + (router.map { ", says \($0)" } ?? "")
        case .timedOut: "no answer"
        case .responses(let responses): "\(responses.count) answers"
        case .hops(let hops, _): hops.map { $0.map(\.description) ?? "*" }.joined(separator: " ")
        case .largest(let bytes, _): "\(bytes) bytes"
        case .seen(let address): "\(address)"
        case .failed(let text, _): text
        }
    }

    /// Which of the things a `reach` check can expect this is; nil for what is none.
    package var reachability: Reachability? {
        switch self {
        case .answered, .responses, .seen: .yes
        case .refused: .refused
        case .unreachable: .unreachable
        case .timedOut: .timeout
        case .hops, .largest, .failed: nil
        }
    }
}

/// An HTTP answer.
package struct HTTPResponse: Hashable, Sendable {
    package var status: Int
    package var body: String

    package init(status: Int, body: String) {
        self.status = status
        self.body = body
    }

    /// nil when the bytes are no HTTP/1 answer.
    package init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.prefix { !$0.isNewline }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        self.status = status
        // A carriage return and a line feed are one Character.
        body = text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    /// What follows `Name: ` at the start of a line of the body: how the built-in servers say who they are.
    package func line(_ name: String) -> String? {
        body.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ": ") }
            .map { String($0.dropFirst(name.utf8.count + 2)) }
    }
}
