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

    func run() async throws { try await Self.run(lab: lab, listener: listener) }

    static func run(lab: String, listener: Int32) async throws {
        do throws(ControlFailure) {
            try await LabDaemon.run(lab: lab, listener: listener)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// What `up` and `create` start a daemon with, read without the parser, which takes longer for it than the rest of
    /// the start; nil for any other words.
    static func asStarted(_ words: [String]) -> (lab: String, listener: Int32)? {
        guard words.count == 5, words[0] == configuration.commandName, words[1] == "--lab", words[3] == "--listener",
            let listener = Int32(words[4])
        else { return nil }
        return (words[2], listener)
    }
}
