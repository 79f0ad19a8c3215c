/// Where a value was written: a place in a file, or a word of the command line.
package struct SourcePlace: Hashable, Sendable {
    /// The path as it is shown to people, such as `labs/three-node/kind.yaml`, or the command-line word the value
    /// came from, such as `--set tunnel`.
    package var file: String
    /// Counted from 1; nil for the command line and for what concerns a whole file.
    package var line: Int?
    /// Counted from 1 in Unicode scalars; nil where `line` is.
    package var column: Int?

    package init(file: String, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }
}
