internal import KubernetesModel

/// Prints an object as go-spew does for `%#v` with pointers followed, keys sorted and methods disabled
/// (spew/format.go; kubernetes pkg/util/hash DeepHashObject): `(v1.ObjectMeta){Name:(string)web Labels:...}`.
///
/// The print of a structure and of a pointer begins with its type; an element of a slice or a map does not repeat it.
/// Absent slices, maps and pointers are `<nil>`. The controllers read objects as protobuf, which does not tell an
/// empty list from an absent one, so both are nil here.
struct GoPrint {
    private(set) var text = ""

    /// The print of a value given as JSON; nil is Go's zero value.
    static func text(of value: JSONValue?, as type: String) -> String {
        var printer = GoPrint()
        printer.text.reserveCapacity(4096)
        printer.write(value, type, showingType: true)
        return printer.text
    }

    private mutating func write(_ value: JSONValue?, _ type: String, showingType: Bool) {
        let value = value == .null ? nil : value
        if showingType { text += "(\(type))" }
        if type.hasPrefix("*") {
            guard let value else { return text += "<nil>" }
            if !showingType { text += "<*>" }
            return write(value, String(type.dropFirst()), showingType: false)
        }
        let actual = GoTypes.underlying[type] ?? type
        switch actual {
        case "bool": text += value == .bool(true) ? "true" : "false"
        case "int32", "int64", "uint64": text += integer(value)
        case "resource.Quantity": writeQuantity(value)
        case "intstr.IntOrString": writeIntOrString(value)
        case "v1.Time":
            // A template's creationTimestamp is never set. A set one would print the controller's own time zone.
            text += "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"
        case _ where actual.hasPrefix("[]"): writeSlice(value?.elements ?? [], String(actual.dropFirst(2)))
        case _ where actual.hasPrefix("map["): writeMap(value, actual)
        default:
            if let fields = GoTypes.structures[actual] {
                writeStructure(value, fields)
            } else {
                text += value?.text ?? ""
            }
        }
    }

    private func integer(_ value: JSONValue?) -> String {
        switch value {
        case .integer(let number): String(number)
        case .number(let number): Int64(exactly: number.rounded()).map { String($0) } ?? "0"
        default: "0"
        }
    }

    private mutating func writeStructure(_ value: JSONValue?, _ fields: [GoTypes.Field]) {
        text += "{"
        for (index, field) in fields.enumerated() {
            if index > 0 { text += " " }
            text += field.name + ":"
            write(field.member.map { value?[$0] } ?? value, field.type, showingType: true)
        }
        text += "}"
    }

    private mutating func writeSlice(_ elements: [JSONValue], _ type: String) {
        guard !elements.isEmpty else { return text += "<nil>" }
        text += "["
        for (index, element) in elements.enumerated() {
            if index > 0 { text += " " }
            write(element, type, showingType: false)
        }
        text += "]"
    }

    private mutating func writeMap(_ value: JSONValue?, _ type: String) {
        guard case .object(let members) = value, !members.isEmpty else { return text += "<nil>" }
        let element = type.firstIndex(of: "]").map { String(type[type.index(after: $0)...]) } ?? "string"
        text += "map["
        // Go compares strings by their bytes.
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, member) in sorted.enumerated() {
            if index > 0 { text += " " }
            text += member.key + ":"
            write(member.value, element, showingType: false)
        }
        text += "]"
    }

    private mutating func writeIntOrString(_ value: JSONValue?) {
        let string = value?.text
        text += "{Type:(intstr.Type)\(string == nil ? 0 : 1) IntVal:(int32)\(integer(value)) "
        text += "StrVal:(string)\(string ?? "")}"
    }

    private mutating func writeQuantity(_ value: JSONValue?) {
        let spelled = value?.text ?? (value == nil ? nil : integer(value))
        let quantity = spelled.flatMap { GoQuantity.stored($0) }
        text += "{i:(resource.int64Amount){value:(int64)\(quantity?.value ?? 0) "
        text += "scale:(resource.Scale)\(quantity?.scale ?? 0)} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} "
        text += "s:(string)\(quantity?.text ?? "") Format:(resource.Format)\(quantity?.format ?? "")}"
    }
}
