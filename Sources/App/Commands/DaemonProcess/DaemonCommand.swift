internal import ArgumentParser
internal import Daemon

/// `netlab daemon`, started by `up` and `create`; not for typing.
struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Run a lab's control plane (started by up).", shouldDisplay: false)

    @Option(name: .long, help: "The lab.")
    var lab: String

    @Option(name: .long, help: "The listening socket, as an inherited descriptor.")
    var listener: Int32

    func run() async throws {
        do throws(ControlFailure) {
            try await LabDaemon.run(lab: lab, listener: listener)
        } catch {
            throw CommandFailure(error)
        }
    }
}
