/// One thing wrong with a field, in the words of Kubernetes' field errors (apimachinery util/validation/field).
package struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        case required = "Required value"
        case invalid = "Invalid value"
        case duplicate = "Duplicate value"
        case unsupported = "Unsupported value"
        case forbidden = "Forbidden"
        case notFound = "Not found"
        case tooLong = "Too long"
    }

    package var kind: Kind
    /// Such as `spec.ports[0].port`.
    package var field: String
    /// As it is shown: text in quotes, numbers bare; nil when there is none to show.
    package var value: String?
    package var detail: String

    package init(_ kind: Kind, _ field: String, value: String? = nil, _ detail: String = "") {
        self.kind = kind
        self.field = field
        self.value = value
        self.detail = detail
    }

    package var description: String {
        "\(field): \(kind.rawValue)" + (value.map { ": \($0)" } ?? "") + (detail.isEmpty ? "" : ": \(detail)")
    }
}
