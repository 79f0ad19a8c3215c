internal import ArgumentParser
internal import LinuxKernel

/// `netlab completion SHELL`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script for bash, zsh or fish.",
        discussion: """
            EXAMPLES:
              source <(netlab completion bash)
              netlab completion fish > ~/.config/fish/completions/netlab.fish
            """)

    @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
    var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw ValidationError("\"\(shell)\" is none of bash, zsh, fish.")
        }
        StandardStream.output.write(NetlabCommand.completionScript(for: shell))
    }
}
