internal import FoundationEssentials
internal import LinuxKernel

/// `--json`: indented, keys sorted, a newline at the end.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        StandardStream.output.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }
}
