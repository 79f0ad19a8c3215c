internal import FoundationEssentials

/// One damaged lab, made from a seed and a number and nothing else.
package struct FuzzCase: Sendable {
    /// Which of netlab's inputs the damage is in.
    package enum Format: String, Sendable, CaseIterable {
        case kind = "kind.yaml"
        case values = "cilium.yaml"
        case options = "lab.yaml"
        case manifests = "manifests"
        case set = "--set"
        /// Every file at once.
        case everything
    }

    package let seed: UInt64
    package let number: Int
    package let format: Format
    /// The lab it was made from.
    package let lab: String
    /// Bytes by path inside the lab's directory.
    package private(set) var files: [String: [UInt8]]
    /// `--set` words.
    package private(set) var set: [String] = []

    package init(seed: UInt64, number: Int, corpus: FuzzCorpus) {
        self.seed = seed
        self.number = number
        var draws = FuzzDraws(seed: seed, number: number)
        let format = draws.pick(Format.allCases)
        self.format = format
        // Most cases start from the labs that work: damage to a faulty one is hidden by the fault.
        let sound = corpus.labs.filter { ["services", "single-node", "seven-node", "three-node"].contains($0.name) }
        let lab = draws.oneIn(5) ? draws.pick(corpus.labs) : draws.pick(sound)
        self.lab = lab.name
        files = lab.files
        if files["lab.yaml"] == nil, format == .options {
            files["lab.yaml"] = Array("apiVersion: netlab/v1alpha1\nseed: 7\nnodes:\n  kind-worker:\n".utf8)
        }
        if format == .set {
            set = (0...draws.below(3)).map { _ in SetWords.word(&draws) }
        } else {
            damage(format, corpus, &draws)
        }
    }

    private mutating func damage(_ format: Format, _ corpus: FuzzCorpus, _ draws: inout FuzzDraws) {
        for path in files.keys.sorted() {
            let isMeant =
                switch format {
                case .everything: true
                case .manifests: path.hasPrefix("manifests/")
                default: path == format.rawValue
                }
            guard isMeant, let bytes = files[path] else { continue }
            var damage = YAMLDamage(bytes, other: draws.pick(corpus.labs).files[path] ?? bytes)
            // Often a single edit: what passes the checks goes deeper than what they refuse.
            let edits = 1 + draws.below(draws.pick([1, 1, 1, 1, 3, 8]))
            for _ in 0..<edits { damage.edit(&draws) }
            files[path] = damage.bytes
        }
    }

    /// Writes the case as a lab directory, for `netlab up DIRECTORY --dry-run`, with the `--set` words in a file `set`.
    package func write(to directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory + "/manifests", withIntermediateDirectories: true)
        for (path, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(directory)/\(path)")) }
        if !set.isEmpty {
            try Data(set.joined(separator: "\n").utf8).write(to: URL(filePath: "\(directory)/set"))
        }
    }
}
