/// Which fields of an object a client owns, by server-side apply or by writing them (meta/v1 ManagedFieldsEntry).
package struct ManagedFieldsEntry: Codable, Hashable, Sendable {
    package var manager: String?
    /// `Apply` or `Update`.
    package var operation: String?
    package var apiVersion: String?
    package var time: Timestamp?
    /// `FieldsV1`.
    package var fieldsType: String?
    /// A tree of `f:NAME`, `k:{KEYS}` and `v:VALUE`, with `.` for the thing itself.
    package var fieldsV1: JSONValue?
    package var subresource: String?

    package init(
        manager: String? = nil, operation: String? = nil, apiVersion: String? = nil, time: Timestamp? = nil,
        fieldsType: String? = "FieldsV1", fieldsV1: JSONValue? = nil, subresource: String? = nil
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.time = time
        self.fieldsType = fieldsType
        self.fieldsV1 = fieldsV1
        self.subresource = subresource
    }
}
