/// A YAML text as the JSON that Kubernetes makes of it (sigs.k8s.io/yaml): for bodies of requests.
package enum YAMLDocument {
    /// The one document of a text; members that are null are left out.
    ///
    /// - Throws: what is wrong with it, or that there is not one document in it.
    package static func json(_ bytes: [UInt8]) throws(LabProblems) -> [UInt8] {
        let reader = YAMLReader(bytes: bytes, file: "the body")
        guard reader.problems.isEmpty else { throw LabProblems(reader.problems) }
        guard let document = reader.documents.first, reader.documents.count == 1 else {
            let place = SourcePlace(file: "the body")
            throw LabProblems([Problem(at: place, "there are \(reader.documents.count) documents", expected: "one")])
        }
        return WireJSON(document, .anything).bytes
    }
}
