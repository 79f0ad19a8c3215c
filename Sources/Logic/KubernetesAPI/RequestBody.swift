internal import KubernetesModel
internal import LabFiles

/// What a client sent: JSON, YAML, or Kubernetes' protobuf.
enum RequestBody {
    /// Nested deeper, nothing is an object of the API.
    private static let maximumDepth = 100
    /// Twice what Endpoints with a thousand addresses have. Each may be wrong in several ways, and each is told: three
    /// bytes of a body can become 300 of an answer.
    static let maximumValues = 20_000

    /// - Throws: 400 for what is no JSON, 413 for too many values, 415 for a form that is not understood here.
    static func value(_ request: APIRequest) throws(StatusDocument) -> JSONValue {
        let type = request.contentType.split(separator: ";").first.map { $0.trimmed } ?? ""
        switch type {
        case ProtobufBody.contentType:
            let value: JSONValue
            do throws(MalformedProtobuf) {
                value = try ProtobufBody.decode(request.body)
            } catch {
                throw .badRequest("the body of the request is no protobuf of a kind that is served here")
            }
            guard value.count <= maximumValues else { throw tooLarge }
            return value
        case "", "application/json", "application/merge-patch+json", "application/json-patch+json",
            "application/strategic-merge-patch+json":
            return try json(request.body)
        case "application/yaml", "application/apply-patch+yaml":
            // JSON is YAML, and what kubectl sends.
            let first = request.body.first { !" \t\r\n".utf8.contains($0) }
            return try first == UInt8(ascii: "{") ? json(request.body) : yaml(request.body)
        default:
            throw StatusDocument(
                415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json, "
                    + "application/yaml, application/vnd.kubernetes.protobuf")
        }
    }

    static func json(_ bytes: [UInt8]) throws(StatusDocument) -> JSONValue {
        let extent = extent(of: bytes)
        guard extent.depth <= maximumDepth else {
            throw .badRequest("the body of the request is nested too deeply")
        }
        guard extent.values <= maximumValues else { throw tooLarge }
        do {
            return try KubernetesJSON.decode(JSONValue.self, from: bytes)
        } catch {
            throw .badRequest("couldn't get version/kind; json parse error: the body of the request is no JSON")
        }
    }

    private static func yaml(_ bytes: [UInt8]) throws(StatusDocument) -> JSONValue {
        let converted: [UInt8]
        do throws(LabProblems) {
            converted = try YAMLDocument.json(bytes)
        } catch {
            throw .badRequest("error converting YAML to JSON: \(error.problems.map(\.message).joined(separator: "; "))")
        }
        return try json(converted)
    }

    private static let tooLarge = StatusDocument(
        413, "RequestEntityTooLarge", "Request entity too large: limit is \(maximumValues) values")

    /// How deeply brackets are nested and about how many values there are, so that a hostile body uses up neither the
    /// stack nor the memory.
    private static func extent(of bytes: [UInt8]) -> (depth: Int, values: Int) {
        var depth = 0
        var deepest = 0
        var values = 0
        var isText = false
        var isEscaped = false
        for byte in bytes {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
                values += 1
            case UInt8(ascii: ","): values += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return (deepest, values)
    }
}

extension JSONValue {
    /// How many values it holds, itself included.
    fileprivate var count: Int {
        switch self {
        case .object(let members): members.values.reduce(1) { $0 + $1.count }
        case .array(let elements): elements.reduce(1) { $0 + $1.count }
        default: 1
        }
    }
}

/// A request's object: JSON made into a typed one, with what is said of fields it does not have.
struct SubmittedObject {
    var object: AnyKubernetesObject
    /// For the client to show.
    var warnings: [String] = []

    /// - Throws: 400 when it is no object of that kind, or has fields which the kind does not have and the client asked
    ///   for strictness (`fieldValidation`, by default `Warn`).
    init(_ value: JSONValue, _ resource: ServedResource, _ request: APIRequest) throws(StatusDocument) {
        guard case .object(var members) = value else {
            throw .badRequest("the body of the request is no object")
        }
        let kind = members["kind"]?.text ?? resource.type.kind
        let apiVersion = members["apiVersion"]?.text ?? resource.type.apiVersion
        guard kind == resource.type.kind, apiVersion == resource.type.apiVersion else {
            let sent = "\(apiVersion), Kind=\(kind)"
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(resource.type.kind)): it is \(sent)")
        }
        members["kind"] = .string(kind)
        members["apiVersion"] = .string(apiVersion)
        if members["metadata"] == nil || members["metadata"] == .null { members["metadata"] = .object([:]) }
        let unknown = UnknownFields.paths(in: .object(members), of: APISchema.shared.message(kind))
        if !unknown.isEmpty {
            let texts = unknown.map { "unknown field \"\($0)\"" }
            switch request.parameter("fieldValidation") {
            case "Strict":
                throw Self.refusal(resource, "strict decoding error: \(texts.joined(separator: ", "))")
            case "Ignore": break
            default: warnings = texts
            }
        }
        do {
            object = try Self.decode(.object(members), APISchema.shared.message(kind))
        } catch let error as DecodingError {
            throw Self.refusal(resource, Self.text(error))
        } catch {
            throw Self.refusal(resource, "\(error)")
        }
    }

    private static func decode(_ value: JSONValue, _ message: APISchema.Message?) throws -> AnyKubernetesObject {
        guard let message else { return try decode(value) }
        var zeros = ZeroValues(message)
        var value = value
        while true {
            do {
                return try decode(value)
            } catch let error as DecodingError {
                guard zeros.learn(from: error) else { throw error }
                value = zeros.fill(value)
            }
        }
    }

    private static func decode(_ value: JSONValue) throws -> AnyKubernetesObject {
        try KubernetesJSON.decode(AnyKubernetesObject.self, from: try KubernetesJSON.encode(value))
    }

    private static func refusal(_ resource: ServedResource, _ text: String) -> StatusDocument {
        .badRequest(
            "\(resource.type.kind) in version \"\(resource.type.version)\" cannot be handled as a "
                + "\(resource.type.kind): \(text)")
    }

    /// Which field is of the wrong shape, without Swift's words.
    private static func text(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + [last].compactMap { $0 }).map { key in
                key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
            }.joined().drop { $0 == "." }.description
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context, key)): Required value"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "json: cannot unmarshal the value of \(path(context)) into its type"
        @unknown default: return "json: cannot unmarshal the object"
        }
    }
}
