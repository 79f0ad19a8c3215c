internal import LabFiles
internal import Snapshots

extension Examination {
    /// Findings of one check that are told in full: who compares two labs by mistake wants no thousand lines.
    private static var mostLines: Int { 50 }

    mutating func add(_ check: SnapshotCheck) {
        compare(check)
        let subject = "snapshot \(check.file)"
        judge { sight in
            guard let difference = sight.difference else {
                return [Finding(subject, "was not compared", wanted: "a comparison", found: "none")]
            }
            let lines = difference.lines
            var findings = lines.prefix(Self.mostLines).map { Finding(subject, $0) }
            if lines.count > Self.mostLines {
                let rest = "\(lines.count - Self.mostLines) more differences"
                findings.append(Finding(subject, rest, wanted: "none", found: rest))
            }
            return findings
        }
    }
}

extension Finding {
    fileprivate init(_ subject: String, _ line: SnapshotDiff.Line) {
        let fact = line.fact
        let place = fact.namespace == "-" ? "the proxy" : fact.namespace
        let isMissing = line.sign == .missing
        self.init(
            subject, "\(place): \(isMissing ? "missing" : "extra") \(fact.kind.rawValue) \(fact.text)",
            wanted: isMissing ? fact.text : "nothing", found: isMissing ? "nothing" : fact.text,
            node: fact.namespace == "-" ? nil : fact.namespace, route: fact.kind == .route ? fact.text : nil)
    }
}
