internal import FoundationEssentials
internal import LinuxKernel
internal import NetworkPlanning

/// The journal as one file, replaced whole at each save.
struct FileJournal: Journal {
    let path: String

    /// - Throws: `.invalid` for a file that is no journal of this version: what a lab owns is then known from the marks
    ///   alone.
    func load() throws -> JournalRecord? {
        guard let bytes = try StateFile.read(path) else { return nil }
        let data = Data(bytes)
        if let version = (try? JSONDecoder().decode(VersionOnly.self, from: data))?.version,
            version != JournalRecord.currentVersion
        {
            throw StateVersion.refusal(path, version, known: JournalRecord.currentVersion, lab: nil)
        }
        guard let record = try? JSONDecoder().decode(JournalRecord.self, from: data) else {
            throw KernelError(
                .invalid, "read \(path)", detail: "it is damaged",
                advice: "`netlab up` writes a new one from the marks of the lab's namespaces")
        }
        return record
    }

    func save(_ record: JournalRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try StateFile.write([UInt8](try encoder.encode(record)), to: path)
    }

    func clear() throws { try StateFile.removeAll(path) }

    /// Whether there is a file of this version, whatever its content: half-written, or of something else.
    var isDamaged: Bool {
        guard let bytes = (try? StateFile.read(path)).flatMap({ $0 }) else { return false }
        if let version = (try? JSONDecoder().decode(VersionOnly.self, from: Data(bytes)))?.version,
            version != JournalRecord.currentVersion
        {
            return false
        }
        return (try? JSONDecoder().decode(JournalRecord.self, from: Data(bytes))) == nil
    }
}
