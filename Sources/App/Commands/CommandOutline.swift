internal import ArgumentParser

/// What the program says of one of its words: for the tests that hold docs/commands.md and the help texts to it.
package struct CommandOutline: Sendable, Hashable {
    /// The words typed, `cni install`.
    package var words: String
    /// One sentence, as the list of commands shows it.
    package var abstract: String
    /// What stands below it in the command's own help, examples included.
    package var discussion: String
    /// The whole help text.
    package var help: String
    /// Words below this one, the hidden ones left out.
    package var subcommands: [CommandOutline]

    /// The words a user can type after `netlab`, in the order of `netlab help`.
    package static var all: [CommandOutline] { below(NetlabCommand.self, after: "") }

    private static func below(_ parent: any ParsableCommand.Type, after words: String) -> [CommandOutline] {
        var outlines: [CommandOutline] = []
        for command in parent.configuration.subcommands {
            let configuration = command.configuration
            guard configuration.shouldDisplay else { continue }
            let typed = words + (words.isEmpty ? "" : " ") + (configuration.commandName ?? "")
            let help = NetlabCommand.helpMessage(for: command, columns: 120)
            outlines.append(
                CommandOutline(
                    words: typed, abstract: configuration.abstract, discussion: configuration.discussion, help: help,
                    subcommands: below(command, after: typed)))
        }
        return outlines
    }
}
