/// A state that a controller's object had (apps/v1 ControllerRevision); DaemonSets make them.
package struct ControllerRevision: KubernetesObject {
    package static let resource = ResourceType(
        group: "apps", version: "v1", kind: "ControllerRevision", plural: "controllerrevisions", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    /// A strategic merge patch that brings the state back.
    package var data: JSONValue?
    /// The higher, the later.
    package var revision: Int64

    package init(metadata: ObjectMeta, data: JSONValue? = nil, revision: Int64) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.data = data
        self.revision = revision
    }
}
