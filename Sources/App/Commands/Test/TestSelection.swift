internal import ArgumentParser

/// `--shard i/n`: the i-th of n parts of a run, for n machines that share it.
struct Shard: ExpressibleByArgument, Hashable {
    let index: Int
    let count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], (1...1000).contains(count),
            (1...count).contains(index)
        else { return nil }
        self.index = index
        self.count = count
    }

    /// Every n-th check, so that each part has of every lab, and none has only the slow ones.
    func has(_ number: Int) -> Bool { number % count == index - 1 }
}

/// `--only RE` and `--test RE`: a regular expression that chooses by name.
struct NamePattern: ExpressibleByArgument {
    private let text: String

    /// nil for what is no regular expression.
    init?(argument: String) {
        guard (try? Regex(argument)) != nil else { return nil }
        text = argument
    }

    /// Whether it matches somewhere in the text.
    func matches(_ text: String) -> Bool {
        guard let regex = try? Regex(self.text) else { return false }
        return text.contains(regex)
    }
}
