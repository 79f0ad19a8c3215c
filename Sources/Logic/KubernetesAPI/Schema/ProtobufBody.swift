internal import KubernetesModel

/// Request bodies in Kubernetes' protobuf form (apimachinery runtime/serializer/protobuf), as kubectl from 1.32 and Helm
/// from 3.17 send them: an envelope that names the kind, and the object's message.
enum ProtobufBody {
    static let contentType = "application/vnd.kubernetes.protobuf"
    /// Deeper than any object of the API, and shallow enough for any stack.
    private static let maximumDepth = 64

    /// The object as JSON would have it, with `apiVersion` and `kind`.
    static func decode(_ body: [UInt8]) throws(MalformedProtobuf) -> JSONValue {
        guard body.starts(with: [0x6b, 0x38, 0x73, 0x00]) else { throw MalformedProtobuf() }
        var envelope = ProtobufReader(body.dropFirst(4))
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        while let (number, value) = try envelope.next() {
            guard case .bytes(let bytes) = value else { continue }
            if number == 2 { raw = bytes }
            guard number == 1 else { continue }
            var type = ProtobufReader(bytes)
            while let (number, value) = try type.next() {
                guard case .bytes(let bytes) = value else { continue }
                if number == 1 { apiVersion = String(decoding: bytes, as: UTF8.self) }
                if number == 2 { kind = String(decoding: bytes, as: UTF8.self) }
            }
        }
        guard let message = APISchema.shared.message(kind) else { throw MalformedProtobuf() }
        var members = try object(raw, message, 0)
        members["apiVersion"] = .string(apiVersion)
        members["kind"] = .string(kind)
        return .object(members)
    }

    private static func object(
        _ bytes: ArraySlice<UInt8>, _ message: APISchema.Message, _ depth: Int
    ) throws(MalformedProtobuf) -> [String: JSONValue] {
        guard depth < maximumDepth else { throw MalformedProtobuf() }
        var members: [String: JSONValue] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            // A field of a newer Kubernetes is left out, as an older API server does.
            guard let field = message.fields.first(where: { $0.number == number }) else { continue }
            switch field.shape {
            case .single where field.isInline:
                guard case .bytes(let bytes) = value, let inner = APISchema.shared.message(of: field) else { continue }
                members.merge(try object(bytes, inner, depth + 1)) { $1 }
            case .single:
                let decoded = try single(value, field, depth)
                if !isAbsent(decoded, field.name) { members[field.name] = decoded }
            case .list:
                let new = try elements(value, field, depth)
                // Taken out, so that it grows in place.
                var list = members.removeValue(forKey: field.name)?.elements ?? []
                list += new
                members[field.name] = .array(list)
            case .map:
                guard case .bytes(let bytes) = value else { throw MalformedProtobuf() }
                let (key, element) = try entry(bytes, field, depth)
                var map: [String: JSONValue] = [:]
                if case .object(let old)? = members.removeValue(forKey: field.name) { map = old }
                map[key] = element
                members[field.name] = .object(map)
            }
        }
        return members
    }

    private static func elements(
        _ value: ProtobufReader.Value, _ field: APISchema.Field, _ depth: Int
    ) throws(MalformedProtobuf) -> [JSONValue] {
        guard case .bytes(let bytes) = value, ["int32", "int64", "bool"].contains(field.type) else {
            return [try single(value, field, depth)]
        }
        var reader = ProtobufReader(bytes)
        var numbers: [JSONValue] = []
        while let number = try reader.nextPacked() { numbers.append(try single(.number(number), field, depth)) }
        return numbers
    }

    private static func entry(
        _ bytes: ArraySlice<UInt8>, _ field: APISchema.Field, _ depth: Int
    ) throws(MalformedProtobuf) -> (String, JSONValue) {
        var reader = ProtobufReader(bytes)
        var key = ""
        var element: JSONValue?
        while let (number, value) = try reader.next() {
            if number == 1, case .bytes(let bytes) = value { key = String(decoding: bytes, as: UTF8.self) }
            if number == 2 { element = try single(value, field, depth) }
        }
        return (key, element ?? (field.type == "string" || field.type == "bytes" ? .string("") : .object([:])))
    }

    private static func single(
        _ value: ProtobufReader.Value, _ field: APISchema.Field, _ depth: Int
    ) throws(MalformedProtobuf) -> JSONValue {
        switch (field.type, value) {
        case ("string", .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
        case ("bytes", .bytes(let bytes)): return .string(Base64.encode([UInt8](bytes)))
        case ("int32", .number(let number)): return .integer(Int64(Int32(truncatingIfNeeded: number)))
        case ("int64", .number(let number)): return .integer(Int64(bitPattern: number))
        case ("bool", .number(let number)): return .bool(number != 0)
        case (_, .bytes(let bytes)) where APISchema.scalars.contains(field.type):
            return try scalar(bytes, field.type)
        case (_, .bytes(let bytes)):
            guard let inner = APISchema.shared.message(of: field) else { throw MalformedProtobuf() }
            return .object(try object(bytes, inner, depth + 1))
        default: throw MalformedProtobuf()
        }
    }

    /// Messages whose JSON is not an object of their fields.
    private static func scalar(_ bytes: ArraySlice<UInt8>, _ type: String) throws(MalformedProtobuf) -> JSONValue {
        var reader = ProtobufReader(bytes)
        var numbers: [Int: UInt64] = [:]
        var texts: [Int: ArraySlice<UInt8>] = [:]
        while let (number, value) = try reader.next() {
            switch value {
            case .number(let value): numbers[number] = value
            case .bytes(let bytes): texts[number] = bytes
            }
        }
        func text(_ number: Int) -> String { String(decoding: texts[number] ?? [], as: UTF8.self) }
        switch type {
        case "Quantity": return .string(text(1))
        case "IntOrString":
            if numbers[1] == 1 { return .string(text(3)) }
            return .integer(Int64(Int32(truncatingIfNeeded: numbers[2] ?? 0)))
        case "Time", "MicroTime":
            guard let seconds = numbers[1] else { return .null }
            return .string("\(Timestamp(seconds: Int64(bitPattern: seconds)))")
        case "FieldsV1":
            return (try? KubernetesJSON.decode(JSONValue.self, from: [UInt8](texts[1] ?? []))) ?? .object([:])
        default: return .object([:])
        }
    }

    /// Fields that are no pointers in Go are always written; JSON leaves their zeros out.
    private static func isAbsent(_ value: JSONValue, _ name: String) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .bool(let flag): !flag && !meaningfulFalse.contains(name)
        case .integer(let number): number == 0 && !meaningfulZero.contains(name)
        case .object(let members): members.isEmpty && embedded.contains(name)
        default: false
        }
    }

    private static let meaningfulZero: Set<String> = [
        "replicas", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "revisionHistoryLimit",
        "progressDeadlineSeconds", "parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished",
        "gracePeriodSeconds", "runAsUser", "runAsGroup", "fsGroup", "tolerationSeconds", "expirationSeconds",
        "defaultMode", "mode", "priority", "deletionGracePeriodSeconds", "minAvailable", "maxUnavailable",
    ]

    private static let meaningfulFalse: Set<String> = [
        "automountServiceAccountToken", "enableServiceLinks", "controller", "blockOwnerDeletion", "immutable",
        "optional", "allocateLoadBalancerNodePorts", "privileged", "readOnlyRootFilesystem",
        "allowPrivilegeEscalation", "runAsNonRoot", "suspend", "shareProcessNamespace", "setHostnameAsFQDN",
        "hostUsers", "manualSelector", "orphanDependents",
    ]

    /// Messages that are embedded by value, so that an empty one says nothing.
    private static let embedded: Set<String> = [
        "metadata", "spec", "status", "resources", "strategy", "updateStrategy", "nodeInfo", "loadBalancer",
        "daemonEndpoints", "template", "source",
    ]
}
