internal import CLinux
internal import Glibc
internal import Preflight

/// /run and the names of namespaces in it, looked at without touching either.
enum RunFacts {
    static func directory() -> Fact<MachineFacts.RunDirectory> {
        var facts = statfs()
        guard statfs("/run", &facts) == 0 else { return .absent }
        let flags = [(2, "nosuid"), (4, "nodev"), (8, "noexec")].filter { facts.f_flags & $0.0 != 0 }.map(\.1)
        return .known(
            MachineFacts.RunDirectory(
                isReadOnly: facts.f_flags & 1 != 0, isWritable: access("/run", W_OK) == 0,
                freeBytes: Int(clamping: facts.f_bavail) * Int(facts.f_bsize),
                freeFiles: facts.f_files == 0 ? nil : Int(clamping: facts.f_ffree), options: flags))
    }

    static func namedNamespaces() -> Fact<MachineFacts.NamedNamespaces> {
        guard let names = try? DirectoryListing.names(in: NamespaceFile.directory) else { return .absent }
        var stale: [String] = []
        for name in names {
            // By path: an empty file has mode 0, and only root could open it.
            var facts = statfs()
            let isNamespace =
                statfs("\(NamespaceFile.directory)/\(name)", &facts) == 0
                && UInt64(bitPattern: Int64(facts.f_type)) == 0x6e73_6673
            if !isNamespace { stale.append(name) }
        }
        return .known(
            MachineFacts.NamedNamespaces(propagation: propagation(), count: names.count - stale.count, stale: stale))
    }

    /// `ID PARENT DEVICE ROOT MOUNTPOINT OPTIONS [shared:N] [master:N] - ...`; the last mount is the one on top.
    private static func propagation() -> String? {
        guard case .known(let text) = ProcFile.text("/proc/self/mountinfo") else { return nil }
        var found: String?
        for line in text.split(separator: "\n") where line.contains(" /run/netns ") {
            let words = line.split(separator: " ")
            guard words.count > 6, words[4] == "/run/netns" else { continue }
            let tags = words[6...].prefix { $0 != "-" }
            found =
                tags.contains { $0.hasPrefix("shared:") }
                ? "shared" : tags.contains { $0.hasPrefix("master:") } ? "slave" : "private"
        }
        return found
    }
}
