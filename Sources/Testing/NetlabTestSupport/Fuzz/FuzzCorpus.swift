internal import FoundationEssentials

/// The labs that fuzzing starts from: every directory of `labs` and `labs/errors`, as bytes by path inside the lab.
package struct FuzzCorpus: Sendable {
    package var labs: [(name: String, files: [String: [UInt8]])]

    /// - Parameter root: the checkout.
    package init(root: String) throws {
        labs = []
        for directory in ["labs", "labs/errors"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(directory)").sorted() {
                let path = "\(root)/\(directory)/\(name)"
                guard FileManager.default.fileExists(atPath: "\(path)/kind.yaml") else { continue }
                labs.append((name, try Self.files(of: path)))
            }
        }
    }

    private static func files(of lab: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let manifests = (try? FileManager.default.contentsOfDirectory(atPath: "\(lab)/manifests")) ?? []
        for name in ["kind.yaml", "cilium.yaml", "lab.yaml", "checks.yaml"]
            + manifests.sorted().map({ "manifests/\($0)" })
        {
            let path = "\(lab)/\(name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            files[name] = [UInt8](try Data(contentsOf: URL(filePath: path)))
        }
        return files
    }
}
