/// OpenAPI v2 in protobuf, the only form in which clients read it: enough for `apply` of kubectl before 1.29.
enum OpenAPIv2 {
    /// Without the `@` of what clients ask for, which their own parsers do not take.
    static let contentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    /// gnostic Document{swagger: "2.0", info: {title: "netlab", version: "v1"}}; no paths and no definitions, so that
    /// clients leave validation to the server.
    static let document: [UInt8] = {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        let info = field(1, Array("netlab".utf8)) + field(2, Array("v1".utf8))
        return field(1, Array("2.0".utf8)) + field(2, info)
    }()
}
