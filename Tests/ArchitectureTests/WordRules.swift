/// Words that may stand in some places only, each with the reason a reader is told.
struct WordRule: Sendable {
    var name: String
    /// Words that break the rule wherever they stand.
    var words: Set<String> = []
    /// Words that break it when a call or a trailing closure follows, or a member is taken.
    var calls: Set<String> = []
    /// Where the rule holds.
    var holds: @Sendable (TreeFile) -> Bool
    var reason: String

    static let all: [WordRule] = [
        WordRule(
            name: "only the kernel layer touches Linux",
            words: ["setns", "unshare"],
            calls: [
                "fork", "vfork", "clone", "clone3", "syscall", "netlab_fork", "posix_spawn", "posix_spawnp",
                "umount2", "ptrace", "nl_socket_alloc",
            ],
            holds: { $0.layer != nil && $0.layer != "Kernel" && $0.layer != "Testing" },
            reason: "raw calls belong to Sources/Kernel, behind a port of Logic"),
        WordRule(
            name: "nothing asynchronous in the kernel layer",
            words: ["async", "await", "DispatchQueue", "withCheckedContinuation", "withUnsafeContinuation"],
            calls: ["Task", "withTaskGroup", "withThrowingTaskGroup", "withDiscardingTaskGroup"],
            holds: { $0.layer == "Kernel" },
            reason: "one task started on a thread inside a namespace moves the whole process (docs/namespaces.md)"),
        WordRule(
            name: "Model and Logic do no I/O",
            words: ["FileManager", "ProcessInfo", "FileHandle", "URLSession", "getenv", "readLine", "CommandLine"],
            calls: ["contentsOfFile", "contentsOf", "print", "Date", "fopen", "SystemRandomNumberGenerator"],
            holds: { $0.layer == "Model" || $0.layer == "Logic" },
            reason: "values and decisions take what they need as arguments"),
        WordRule(
            name: "no way out of an error",
            calls: ["fatalError", "preconditionFailure"],
            holds: { $0.layer == "App" || $0.target == "LabFiles" },
            reason: "what a user can cause is thrown as an error with advice"),
    ]

    /// Every place in a file where the rule is broken.
    func violations(in file: TreeFile) -> [Violation] {
        guard holds(file) else { return [] }
        return SourceText(file.text).lines.flatMap { number, line in
            Word.all(in: line).filter { word in
                words.contains(word.text) || (calls.contains(word.text) && word.isUsed)
            }
            .map { Violation(place: "\(file.path):\(number)", message: "\($0.text): \(name): \(reason)") }
        }
    }
}

/// An identifier in a line of code.
struct Word: Hashable {
    var text: String
    /// The character before it; a space at the start.
    var before: Character
    /// The first characters behind it that are not spaces; two at most.
    var after: String

    /// Called, given a trailing closure or a member taken: neither a declaration nor an argument label.
    var isUsed: Bool {
        before != "." && before != "`" && (["(", "{", ".", "<"].contains(after.first) || labelledArguments)
    }

    /// `String(contentsOfFile: path)`: the label stands for the call.
    private var labelledArguments: Bool { before == "(" && after.first == ":" }

    /// The identifiers of a line, from left to right. Backquotes are not part of one.
    static func all(in line: Substring) -> [Word] {
        var found: [Word] = []
        var rest = line
        var before: Character = " "
        while let character = rest.first {
            guard character.isLetter || character == "_" else {
                before = character
                rest.removeFirst()
                // A number's letters (0x1F, 1e3) are no identifier.
                if character.isNumber { rest = rest.drop { $0.isLetter || $0.isNumber || $0 == "_" } }
                continue
            }
            let text = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest.dropFirst(text.count)
            let after = String(rest.drop { $0 == " " }.prefix(2))
            found.append(Word(text: String(text), before: before, after: after))
            before = text.last ?? " "
        }
        return found
    }
}
