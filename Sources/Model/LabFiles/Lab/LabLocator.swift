/// What the search for a lab needs to know of the file system.
package protocol FileLister {
    /// Whether the path is a directory; a link counts as what it points to.
    func isDirectory(_ path: String) -> Bool
    /// Whether the path is a regular file; a link counts as what it points to.
    func isFile(_ path: String) -> Bool
    /// The names in a directory, in any order; empty when it cannot be read.
    func names(in directory: String) -> [String]
}

/// Finds the lab a person means by a word: a name in `./labs`, then among the installed labs, or a path.
package struct LabLocator {
    /// Where a lab is.
    package enum Place: Hashable, Sendable {
        /// A directory, with its own name.
        case directory(path: String, name: String)
        /// A bare kind config.
        case kindConfig(path: String)
    }

    /// No lab goes by that word.
    package struct NotFound: Error, Hashable, Sendable, CustomStringConvertible {
        package var word: String
        /// Paths looked at, in order.
        package var searched: [String]
        /// Names of the labs that exist, sorted.
        package var known: [String]

        package var description: String {
            var text = "no lab \"\(word)\"; looked for " + searched.joined(separator: ", ")
            if let near = Spelling.nearest(to: word, among: known) { text += "; did you mean \(near)?" }
            return text + "\n"
                + (known.isEmpty ? "there are no labs here" : "labs: " + known.joined(separator: ", "))
        }
    }

    /// Directories of labs, in the order they are searched: `labs`, then the installed ones.
    package var directories: [String]
    private let files: any FileLister

    package init(directories: [String], files: any FileLister) {
        self.directories = directories
        self.files = files
    }

    /// - Throws: `NotFound`, which lists what was searched and what exists.
    package func locate(_ word: String) throws(NotFound) -> Place {
        var candidates = [word]
        if !word.contains("/"), word != ".", word != ".." {
            candidates = directories.map { "\($0)/\(word)" } + [word]
        }
        for candidate in candidates {
            let path = trimmed(candidate)
            if files.isDirectory(path),
                files.names(in: path).contains("kind.yaml") || path == trimmed(word) && isPath(word)
            {
                return .directory(path: path, name: lastName(of: path))
            }
            if path == trimmed(word), files.isFile(path) || isPath(word) && isThere(path) {
                return .kindConfig(path: path)
            }
        }
        throw NotFound(word: word, searched: candidates, known: known)
    }

    /// The labs that can be named, sorted; a name found twice is given once.
    package var known: [String] {
        let names = directories.flatMap { directory in
            files.names(in: directory).filter { files.isFile("\(directory)/\($0)/kind.yaml") }
        }
        return Set(names).sorted()
    }

    /// Whether there is anything at that path, such as a pipe: reading it will say what is wrong with it.
    private func isThere(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return false }
        let parent = (path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
        return !files.isDirectory(path) && files.names(in: parent.isEmpty ? "." : parent).contains(String(last))
    }

    private func isPath(_ word: String) -> Bool { word.contains("/") || word == "." || word == ".." }

    private func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private func lastName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
