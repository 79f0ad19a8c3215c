internal import FoundationEssentials
package import LinuxKernel
package import NetworkPlanning

/// What a lab must know of itself to go on after its daemon died, or to be taken down without one.
package struct LabRecord: Codable, Sendable, Hashable {
    /// Raised when the meaning of a field changes: an older daemon then refuses, instead of guessing.
    package static let currentVersion = 1

    package var version: Int
    package var instance: String
    package var daemon: ProcessIdentity?
    /// The files of the last `create` or `up`; nil between the start of the daemon and the first of them.
    package var source: SubmittedLab?
    /// Objects that came from the lab's manifests, as `plural.group/namespace/name`: those that vanish from the files
    /// are deleted, those a user made are not.
    package var applied: [String]
    /// Whether drift is put right (`up --repair`); nil, as in records of before this was known, means no.
    package var repair: Bool?
    /// The port on loopback where the API is served; kept, so that a kubeconfig stays good when the daemon dies.
    package var apiPort: Int?

    package init(instance: String) {
        version = Self.currentVersion
        self.instance = instance
        daemon = nil
        source = nil
        applied = []
        repair = nil
    }

    /// Reads a lab's record; nil when it has none, which is when there is no lab.
    ///
    /// - Throws: `.invalid` when it cannot be read as a record of this version.
    package static func load(_ paths: LabPaths) throws(KernelError) -> LabRecord? {
        guard let bytes = try StateFile.read(paths.record) else { return nil }
        let data = Data(bytes)
        if let version = (try? JSONDecoder().decode(VersionOnly.self, from: data))?.version,
            version != currentVersion
        {
            throw StateVersion.refusal(paths.record, version, known: currentVersion, lab: paths.lab)
        }
        guard let record = try? JSONDecoder().decode(LabRecord.self, from: data) else {
            throw KernelError(
                .invalid, "read \(paths.record)", detail: "it is damaged",
                advice: "take the lab down with `netlab down \(paths.lab)`, then up again")
        }
        return record
    }

    package func save(_ paths: LabPaths) throws(KernelError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return }
        try StateFile.write([UInt8](data), to: paths.record)
    }
}

/// The one field of a state file that every version has.
struct VersionOnly: Decodable { var version: Int }

/// Telling the user that state was written by another version.
enum StateVersion {
    /// - Parameter lab: nil when the reader does not know whose file it is.
    static func refusal(_ path: String, _ version: Int, known: Int, lab: String?) -> KernelError {
        let age = version < known ? "an older" : "a newer"
        return KernelError(
            .invalid, "read \(path)",
            detail: "it has version \(version), of \(age) netlab; this netlab knows version \(known)",
            advice:
                "take the lab down with `netlab down\(lab.map { " " + $0 } ?? "")`, which any version can, then up again"
        )
    }
}
