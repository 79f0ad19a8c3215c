internal import FoundationEssentials
package import LinuxKernel

/// Requests and events as lines of JSON.
package enum ControlLine {
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // These types hold text, numbers and lists of them only: there is nothing that encoding could refuse.
        guard let data = try? encoder.encode(value) else { return [] }
        return [UInt8](data)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from line: ArraySlice<UInt8>) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line))
    }
}

/// The command's end of a conversation with a daemon.
package struct ControlClient: Sendable {
    private let connection: LocalConnection

    package init(_ connection: LocalConnection) { self.connection = connection }

    /// Asks, hands over every event on the way, and returns the reply.
    ///
    /// - Throws: the daemon's ``ControlFailure``, or one saying that it ended in the middle.
    package func ask(
        _ request: ControlRequest, onEvent: (ControlEvent) -> Void = { _ in }
    ) throws(ControlFailure) -> ControlReply {
        connection.send(line: ControlLine.encode(request))
        var reply: ControlReply?
        var failure = ControlFailure.daemonEnded
        connection.forEachLine { line in
            guard let event = ControlLine.decode(ControlEvent.self, from: line) else { return true }
            switch event {
            case .reply(let value):
                reply = value
                return false
            case .failed(let value):
                failure = value
                return false
            case .phase, .phaseEnded, .note, .warning, .drift:
                onEvent(event)
                return true
            }
        }
        guard let reply else { throw failure }
        return reply
    }
}
