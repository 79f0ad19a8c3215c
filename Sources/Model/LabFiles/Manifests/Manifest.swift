package import KubernetesModel

/// One Kubernetes object from a manifest, and where it stands.
package struct Manifest: Hashable, Sendable {
    /// `metadata.namespace` is filled in ("default") for namespaced kinds that leave it out.
    package var object: AnyKubernetesObject
    package var place: SourcePlace

    package init(object: AnyKubernetesObject, place: SourcePlace) {
        self.object = object
        self.place = place
    }
}
