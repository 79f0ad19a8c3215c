internal import Daemon
internal import FoundationEssentials
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Snapshots

/// Snapshots of live labs, and files of them.
enum LabSnapshot {
    /// A lab as it is: its namespaces, and what its proxy forwards when its daemon answers. Changes nothing.
    static func take(_ running: RunningLab, _ network: LinuxNetwork = LinuxNetwork()) throws(KernelError) -> Snapshot {
        // Kept sockets would keep a namespace alive that is taken down meanwhile.
        defer { network.forget() }
        var snapshot = try network.snapshot(lab: running.name)
        if case .services(_, let table) = try? running.ask(.services) {
            snapshot.proxy = table.entries.map { entry in
                let backends = entry.backends.map { "\($0.address):\($0.port) \($0.state)" }.sorted()
                return "\(entry.namespace)/\(entry.service) \(entry.frontend)/\(entry.transport) -> "
                    + (backends.isEmpty ? "nobody" : backends.joined(separator: ", "))
            }.sorted()
        }
        return snapshot
    }

    /// The lab as it is wanted, and as it is.
    static func wantedAndLive(_ running: RunningLab) throws -> (wanted: Snapshot, live: Snapshot) {
        let state: NetworkState
        do throws(ControlFailure) {
            state = try StoredObjects(running.paths).network
        } catch {
            throw CommandFailure(error)
        }
        let network = LinuxNetwork()
        defer { network.forget() }
        let observed = try network.observe(state.namespaces.keys.sorted(), sysctls: [])
        let live = try take(running, network)
        return (Snapshot(wanted: state, observed: observed, live: live), live)
    }

    /// The bytes of a snapshot: the same for the same snapshot.
    static func bytes(_ snapshot: Snapshot) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(snapshot)) + [UInt8(ascii: "\n")]
    }

    /// Bytes that a snapshot may have: one of a thousand nodes has a fifth.
    fileprivate static let limit = 256 << 20

    /// - Throws: usage, saying what is wrong with the file.
    static func read(_ path: String) throws -> Snapshot { try decode(try file(path), path) }

    fileprivate static func decode(_ bytes: [UInt8], _ path: String) throws -> Snapshot {
        do {
            return try JSONDecoder().decode(Snapshot.self, from: Data(bytes))
        } catch {
            let refusal = error as? SnapshotRefusal ?? .notASnapshot
            throw CommandFailure(.usage, "\(path) \(refusal)", advice: "`netlab snapshot LAB -o FILE` writes one")
        }
    }

    /// What is left out of a comparison by a file, and the file's own text.
    ///
    /// - Throws: usage, with the line that is no pattern.
    static func noise(_ path: String) throws -> (noise: Noise, text: String) { try noise(try file(path), path) }

    fileprivate static func noise(_ bytes: [UInt8], _ path: String) throws -> (noise: Noise, text: String) {
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(Noise.Fault) {
            return (try Noise(text), text)
        } catch {
            throw CommandFailure(
                .usage, "\(path):\(error.line): \(error.message)",
                advice: "`netlab diff --print-ignore` shows the usual ones")
        }
    }

    private static func file(_ path: String) throws -> [UInt8] {
        do throws(InputFile.Failure) {
            return try InputFile.read(path, limit: limit)
        } catch {
            throw CommandFailure(
                .usage, "\(path): \(LabLoading.words(for: error, wanted: "file", limit: limit).message)")
        }
    }
}

extension LabView {
    /// How the lab differs from a snapshot that stands in its directory.
    ///
    /// - Throws: that there is no such snapshot: the file of checks names one that cannot be compared with.
    func difference(_ check: SnapshotCheck) throws -> SnapshotDiff {
        let noise = try check.ignore.map { try LabSnapshot.noise(try bytes($0), $0).noise } ?? .usual
        let golden = try LabSnapshot.decode(try bytes(check.file), check.file)
        return SnapshotDiff(from: golden, to: try LabSnapshot.take(running), mode: check.mode, ignoring: noise)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        do throws(InputFile.Failure) {
            return try InputFile.read(name, in: files.path, limit: LabSnapshot.limit)
        } catch {
            let words = LabLoading.words(for: error, wanted: "file", limit: LabSnapshot.limit)
            throw CommandFailure(
                .failed,
                "\(files.path)/\(name): \(words.message); `netlab snapshot \(running.name) -o FILE` writes one")
        }
    }
}
