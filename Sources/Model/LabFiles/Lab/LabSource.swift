/// A lab's files as they were read, before anything is made of them.
package struct LabSource: Sendable {
    /// Where the lab is, as people wrote or would write it: `labs/three-node`, or a kind config's path.
    package var path: String
    /// The lab's name unless its `lab.yaml` or a flag says otherwise; nil takes the cluster's name.
    package var defaultName: String?
    package var kind: LabFile
    package var cilium: LabFile?
    package var options: LabFile?
    package var checks: LabFile?
    /// In any order; they are applied by path.
    package var manifests: [LabFile]

    package init(
        path: String, defaultName: String?, kind: LabFile, cilium: LabFile? = nil, options: LabFile? = nil,
        checks: LabFile? = nil, manifests: [LabFile] = []
    ) {
        self.path = path
        self.defaultName = defaultName
        self.kind = kind
        self.cilium = cilium
        self.options = options
        self.checks = checks
        self.manifests = manifests
    }
}
