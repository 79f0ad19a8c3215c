/// One file as it was read: what to call it, and its bytes.
package struct LabFile: Hashable, Sendable {
    /// The path to show in problems, such as `labs/three-node/kind.yaml`.
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    package init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }
}
