package import KubernetesModel

/// The hash in a ReplicaSet's name and in the label `pod-template-hash`.
package enum PodTemplateHash {
    /// The label that carries it.
    package static let label = "pod-template-hash"

    /// FNV-1a over the template's print, and over the collision count when there is one, in decimal and then safely
    /// encoded (kubernetes pkg/controller ComputeHash; pkg/util/hash DeepHashObject; apimachinery rand.SafeEncodeString).
    ///
    /// The template must hold the API server's defaults. The hash is then the one Kubernetes 1.25 gives: the
    /// tutorial's `kubectl create deployment hello-app --image=hello-app:1.0` makes 646c68546. Templates differ from a
    /// real cluster's hash only where they use what netlab drops or does not default: volumes of one storage product,
    /// `os`, `hostUsers`, quantities beyond 16 digits.
    package static func hash(of template: PodTemplateSpec, collisionCount: Int32?) -> String {
        let json = (try? KubernetesJSON.encode(template)).flatMap {
            try? KubernetesJSON.decode(JSONValue.self, from: $0)
        }
        var hash = fnv32a(GoPrint.text(of: json, as: "v1.PodTemplateSpec").utf8)
        if let count = collisionCount {
            // binary.LittleEndian.PutUint32 into eight bytes.
            hash = fnv32a((0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + [0, 0, 0, 0], from: hash)
        }
        return ObjectNames.safeEncoded(String(hash))
    }

    static func fnv32a(_ bytes: some Sequence<UInt8>, from start: UInt32 = 2_166_136_261) -> UInt32 {
        bytes.reduce(start) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
