internal import FoundationEssentials
internal import LinuxKernel
internal import ServiceRouting

/// Which client ClientIP affinity holds to which backend, in a file, so that a new daemon goes on with it.
///
/// Replaced whole at each save, so a crash leaves the old one or the new one. Ages are kept as times of the day: the
/// file may be read after a reboot, where the kernel's other clock begins anew.
struct AffinityFile {
    let path: String

    private struct Record: Codable {
        var binding: AffinityBinding
        /// Seconds since the epoch.
        var lastUse: Double
    }

    /// What was saved last, with the ages of now; nothing when there is no file or a damaged one. A client is then
    /// bound anew, as after its timeout.
    func load() -> [AffinityBinding] {
        guard let bytes = try? StateFile.read(path),
            let records = try? JSONDecoder().decode([Record].self, from: Data(bytes))
        else { return [] }
        let now = Clock.wall()
        return records.map { record in
            var binding = record.binding
            binding.age = max(0, now - record.lastUse)
            return binding
        }
    }

    /// - Throws: that the file cannot be written.
    func save(_ bindings: [AffinityBinding]) throws {
        let now = Clock.wall()
        let records = bindings.map { binding in
            var kept = binding
            kept.age = 0
            return Record(binding: kept, lastUse: now - binding.age)
        }
        try StateFile.write([UInt8](try JSONEncoder().encode(records)), to: path)
    }
}
