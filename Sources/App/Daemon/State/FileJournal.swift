internal import FoundationEssentials
internal import LinuxKernel
internal import NetworkPlanning

/// The journal as one file, replaced whole at each save.
struct FileJournal: Journal {
    let path: String

    /// - Throws: `.invalid` for a file that is no journal: what a lab owns is then known from the marks alone.
    func load() throws -> JournalRecord? {
        guard let bytes = try StateFile.read(path) else { return nil }
        guard let record = try? JSONDecoder().decode(JournalRecord.self, from: Data(bytes)) else {
            throw KernelError(
                .invalid, "read \(path)", detail: "it is damaged",
                advice: "take the lab down and up again: its namespaces are known by their marks")
        }
        return record
    }

    func save(_ record: JournalRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try StateFile.write([UInt8](try encoder.encode(record)), to: path)
    }

    func clear() throws { try StateFile.removeAll(path) }
}
