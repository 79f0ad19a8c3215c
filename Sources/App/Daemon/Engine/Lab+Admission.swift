internal import ClusterState
internal import KubernetesModel
package import LabFiles

extension Lab {
    /// The lab, when the API server would take its manifests too.
    ///
    /// `LabFiles` knows the fields and where they stand; this asks the rules that objects from anywhere must pass, so
    /// that what they refuse is refused before a lab is built and not in its middle.
    ///
    /// - Throws: every refusal, at the object's place.
    package func admitted() throws(LabProblems) -> Lab {
        let problems = Admission.problems(in: manifests)
        guard problems.isEmpty else { throw LabProblems(problems + warnings) }
        return self
    }
}

/// What the API server's validation says of manifests.
package enum Admission {
    package static func problems(in manifests: [Manifest]) -> [Problem] {
        manifests.flatMap { manifest in
            errors(in: manifest.object.object).map { error in
                let value = error.value.map { ": \($0)" } ?? ""
                let detail = error.detail.isEmpty ? "" : ": \(error.detail)"
                return Problem(at: manifest.place, field: error.field, "\(error.kind.rawValue)\(value)\(detail)")
            }
        }
    }

    private static func errors<Object: KubernetesObject>(in object: Object) -> [FieldError] {
        Validation.errors(in: Defaults.applied(to: object))
    }
}
