/// No shell runs in the product, so no string out of a lab's file can ever become a part of one's command.
///
/// Programs are executed by a list of words. The one shell there is, `netlab shell`, is started for a person, with
/// words of netlab's own.
enum ShellRule {
    /// Calls that hand a string to a shell, or search PATH as one does.
    private static let calls: Set<String> = [
        "system", "popen", "wordexp", "execl", "execlp", "execvp", "execvpe", "posix_spawnp", "Process",
    ]
    /// Shells by name or path, and the option that makes one of a string.
    private static let literals =
        ["sh", "bash", "dash", "ash", "zsh", "ksh"].flatMap { ["\"\($0)\"", "/bin/\($0)\""] }
        + ["/bin/env\"", "\"-c\"", "\"-lc\"", "\"-ic\""]
    /// `netlab shell`, and `netlab completion`, which prints a script and starts nothing.
    static let exceptions = [
        "Sources/App/Commands/Exec/ExecCommand.swift", "Sources/App/Commands/Completion/CompletionCommand.swift",
    ]

    static func violations(in file: TreeFile) -> [Violation] {
        guard let layer = file.layer, layer != "Testing" else { return [] }
        let reason = "no shell runs in the product (docs/security.md)"
        let called = SourceText(file.text).lines.flatMap { number, line in
            Word.all(in: line).filter { calls.contains($0.text) && $0.isUsed && $0.after.first == "(" }.map {
                Violation(place: "\(file.path):\(number)", message: "\($0.text): \(reason)")
            }
        }
        guard !exceptions.contains(file.path) else { return called }
        return called
            + DeclarationRules.numberedLines(file).filter { _, line in
                !line.drop { $0 == " " }.hasPrefix("//") && literals.contains { line.contains($0) }
            }.map { Violation(place: "\(file.path):\($0.0)", message: reason) }
    }
}
