/// The rules for keys and values: of labels, of configuration, of environments; every fault of each, as Kubernetes lists
/// them (apimachinery util/validation).
extension NameRules {
    /// The keys of labels, annotations, taints and finalizers: `name` or `prefix/name` (IsQualifiedName).
    static func qualifiedProblems(_ value: String) -> [String] {
        let name: Substring
        var problems: [String] = []
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: name = parts[0]
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else if let problem = subdomainProblem(String(parts[0])) {
                problems.append("prefix part \(problem)")
            }
        default:
            return [
                "a qualified name \(qualified) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part must be no more than 63 characters")
        }
        if !isQualified(name) { problems.append("name part \(qualified)") }
        return problems
    }

    private static let qualified =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    /// IsValidLabelValue.
    static func labelValueProblems(_ value: String) -> [String] {
        var problems: [String] = []
        if value.utf8.count > 63 { problems.append("must be no more than 63 characters") }
        if !value.isEmpty, !isQualified(value[...]) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
                    + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return problems
    }

    /// IsConfigMapKey.
    static func configKeyProblems(_ key: String) -> [String] {
        var problems: [String] = []
        if key.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        if key.isEmpty || !key.utf8.allSatisfy({ isAlphanumeric($0) || "-._".utf8.contains($0) }) {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")
        }
        return problems + pathProblems(key)
    }

    /// IsEnvVarName.
    static func environmentProblems(_ name: String) -> [String] {
        var problems: [String] = []
        let isValid = name.utf8.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) }
        if !isValid || name.utf8.first.map({ (48...57).contains($0) }) ?? true {
            problems.append(
                "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and "
                    + "must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex "
                    + "used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')")
        }
        return problems + pathProblems(name)
    }

    /// What would be a folder's name for itself or its parent (hasChDirPrefix).
    private static func pathProblems(_ name: String) -> [String] {
        if name == "." || name == ".." { return ["must not be '\(name)'"] }
        return name.hasPrefix("..") ? ["must not start with '..'"] : []
    }

    /// IsValidPortName.
    static func portNameProblems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > 15 { problems.append("must be no more than 15 characters") }
        if name.isEmpty || !name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }) {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !name.utf8.contains(where: { (97...122).contains($0) }) {
            problems.append("must contain at least one letter (a-z)")
        }
        if name.contains("--") { problems.append("must not contain consecutive hyphens") }
        if name.hasPrefix("-") || name.hasSuffix("-") { problems.append("must not begin or end with a hyphen") }
        return problems
    }

    /// IsHTTPHeaderName.
    static func headerProblems(_ name: String) -> [String] {
        guard name.isEmpty || !name.utf8.allSatisfy({ isAlphanumeric($0) || $0 == 45 }) else { return [] }
        return [
            "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for "
                + "validation is '[-A-Za-z0-9]+')"
        ]
    }

    private static func isQualified(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
    }
}
