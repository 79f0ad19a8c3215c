package import KubernetesModel

/// The hash in a ReplicaSet's name and in the label `pod-template-hash`.
package enum PodTemplateHash {
    /// The label that carries it.
    package static let label = "pod-template-hash"

    /// FNV-1a over a canonical print of the template, and over the collision count when there is one, in decimal and
    /// then safely encoded (kubernetes pkg/controller ComputeHash; rand.SafeEncodeString).
    ///
    /// Kubernetes prints the Go structure; here the canonical JSON is hashed. The alphabet, the length and the
    /// stability are Kubernetes', the value of a given template is not.
    package static func hash(of template: PodTemplateSpec, collisionCount: Int32?) -> String {
        let print = (try? KubernetesJSON.encode(template)) ?? []
        var hash = fnv32a(print)
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
