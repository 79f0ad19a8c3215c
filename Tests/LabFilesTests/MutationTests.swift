import LabFiles
import NetworkModel
import Testing

/// Shipped files, damaged at random: the answer is always a lab or problems with a file, never a crash or a hang.
@Suite struct MutationTests {
    static let labs = [
        "labs/three-node", "labs/services", "labs/errors/several-faults", "labs/errors/alias-bomb",
        "labs/errors/checks-bad-lines",
    ]

    @Test("design 11: whatever the bytes, the answer is a lab or a list of problems", arguments: labs)
    func damagedFiles(_ path: String) throws {
        let original = try RepositoryFiles.source(path)
        for round in 0..<100 {
            var source = original
            var draws = Draws(seed: Seed(UInt64(round)), path)
            source.kind.bytes = draws.damaged(source.kind.bytes)
            if let file = source.cilium { source.cilium?.bytes = draws.damaged(file.bytes) }
            if let file = source.options { source.options?.bytes = draws.damaged(file.bytes) }
            source.manifests = source.manifests.map { LabFile(path: $0.path, bytes: draws.damaged($0.bytes)) }
            do {
                let lab = try LabFiles.parse(source)
                #expect(lab.warnings.allSatisfy { $0.severity == .warning })
            } catch {
                #expect(error.problems.contains { $0.severity == .error })
                #expect(error.problems.allSatisfy { !$0.file.isEmpty && !$0.message.isEmpty })
            }
        }
    }

    /// By itself: a fault in any other file would hide most of what the checks say.
    @Test("whatever the bytes of checks.yaml, the answer is checks or problems in it", arguments: labs)
    func damagedChecks(_ path: String) throws {
        let original = try RepositoryFiles.source(path)
        guard let file = original.checks else { return }
        for round in 0..<200 {
            var source = original
            var draws = Draws(seed: Seed(UInt64(round)), path + "/checks.yaml")
            source.checks?.bytes = draws.damaged(file.bytes)
            do {
                let lab = try LabFiles.parse(source)
                #expect(lab.warnings.allSatisfy { $0.severity == .warning })
                let checks = lab.checks?.checks ?? []
                #expect(Set(checks.map(\.name)).count == checks.count)
            } catch {
                #expect(error.problems.contains { $0.severity == .error && $0.file.hasSuffix("checks.yaml") })
            }
        }
    }

    @Test("any --set text is read or refused")
    func damagedFlags() {
        let alphabet = Array("tunelbpf.masquerade=,{}[]\\0192\"' ")
        var draws = Draws(seed: Seed(7), "flags")
        for _ in 0..<500 {
            let flag = String((0..<draws.next(below: 24)).map { _ in alphabet[draws.next(below: alphabet.count)] })
            _ = report(cilium: goodValues, set: [flag])
        }
    }
}

/// Seeded draws, the same in every run.
private struct Draws {
    let seed: Seed
    let purpose: String
    private var count = 0

    init(seed: Seed, _ purpose: String) {
        self.seed = seed
        self.purpose = purpose
    }

    mutating func next(below bound: Int) -> Int {
        count += 1
        return seed.draw(below: bound, purpose, "\(count)")
    }

    /// Up to four edits: a byte changed, a slice removed, a slice repeated, YAML's own characters put in.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        let words = [
            "*a", "&a ", ": ", "- ", "\n", "[", "{", "? ", "<<: ", "\t", "\"", "null", "---\n", "\u{e0f1}", "|\n",
        ]
        var bytes = bytes
        for _ in 0..<next(below: 5) where !bytes.isEmpty {
            let start = next(below: bytes.count)
            let end = min(bytes.count, start + next(below: 40))
            switch next(below: 4) {
            case 0: bytes[start] = UInt8(next(below: 256))
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: next(below: bytes.count))
            default: bytes.insert(contentsOf: Array(words[next(below: words.count)].utf8), at: start)
            }
        }
        return bytes
    }
}
