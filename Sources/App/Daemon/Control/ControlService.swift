internal import Dispatch
internal import LinuxKernel
internal import Logging
internal import ServiceLifecycle

/// Accepts commands' connections and hands their requests to the engine.
///
/// Accepting and reading block, so they have threads of their own, outside the concurrency pool.
struct ControlService: Service, CustomStringConvertible {
    let listener: LocalListener
    let engine: LabEngine
    let logger: Logger
    /// Ends the daemon after a `stop`.
    let stop: @Sendable () async -> Void

    var description: String { "control" }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
                DispatchQueue(label: "netlab.accept").async {
                    while let connection = listener.accept() { serve(connection) }
                    ended.resume()
                }
            }
        } onGracefulShutdown: {
            listener.close()
        }
    }

    /// One request per connection: the command closes its end when it has the reply.
    private func serve(_ connection: LocalConnection) {
        DispatchQueue.global().async {
            connection.forEachLine { line in
                guard let request = ControlLine.decode(ControlRequest.self, from: line) else {
                    let failure = ControlFailure(
                        .usage, "the daemon does not understand the request",
                        advice: "it is of another version: take the lab down and up again")
                    connection.send(line: ControlLine.encode(ControlEvent.failed(failure)))
                    return false
                }
                if case .follow = request {
                    follow(connection)
                } else {
                    Task { await answer(request, connection) }
                }
                return false
            }
        }
    }

    /// Tells a follower of drift until it closes its end, which is waited for here, on the thread that reads.
    private func follow(_ connection: LocalConnection) {
        let task = Task {
            await engine.resume()
            let notes = await engine.followDrift()
            connection.send(line: ControlLine.encode(ControlEvent.note("following")))
            for await note in notes {
                // One that does not read is let go of: it knows by the end of the connection that it missed something.
                guard connection.sendAtOnce(line: ControlLine.encode(ControlEvent.drift(note))) else { break }
            }
            connection.close()
        }
        connection.waitForEnd()
        task.cancel()
    }

    private func answer(_ request: ControlRequest, _ connection: LocalConnection) async {
        let send: @Sendable (ControlEvent) -> Void = { connection.send(line: ControlLine.encode($0)) }
        if case .stop = request {
            send(.reply(.done))
            return await stop()
        }
        do {
            send(.reply(try await engine.handle(request, report: send)))
        } catch {
            let failure = ControlFailure(describing: error)
            logger.error("\(failure.message)")
            send(.failed(failure))
        }
    }
}
