/// A kind whose wanted and observed state are written apart: `spec` by clients, `status` by who observes.
package protocol ObjectWithStatus: KubernetesObject {
    associatedtype Spec: Codable, Hashable, Sendable
    associatedtype Status: Codable, Hashable, Sendable
    var spec: Spec? { get set }
    var status: Status? { get set }
}

extension Node: ObjectWithStatus {}
extension Namespace: ObjectWithStatus {}
extension Pod: ObjectWithStatus {}
extension Service: ObjectWithStatus {}
extension Deployment: ObjectWithStatus {}
extension ReplicaSet: ObjectWithStatus {}
extension DaemonSet: ObjectWithStatus {}
extension CiliumNode: ObjectWithStatus {}
