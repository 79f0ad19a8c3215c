/// One Kubernetes object from a manifest.
package enum Manifest: Hashable, Sendable {
}
