/// Helm's `--set` syntax (helm.sh/docs/intro/using_helm, pkg/strvals): `a.b=c,d[0]=e,f={x,y},g=null`.
///
/// Commas, dots, braces and brackets lose their meaning after a backslash. `true`, `false`, `null` and whole numbers
/// without a leading zero are typed; everything else is text. Helm's words are used where it has some. Stricter than
/// Helm in one point: it drops an assignment without a key (`=x`, `[0]=x`) and an index that is not closed (`a[0`)
/// in silence, and here they are errors.
struct HelmSetFlag {
    /// One step of a key: `nodes[2].role` is key, index, key.
    enum Step: Hashable { case key(String), index(Int) }

    /// One assignment of the flag.
    struct Assignment {
        var path: [Step]
        var value: YAMLValue
    }

    /// strvals.MaxIndex.
    static let largestIndex = 65_536
    /// strvals.MaxNestedNameLevel; here indices count as well.
    static let deepestName = 30

    private(set) var assignments: [Assignment] = []
    private(set) var problems: [Problem] = []
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ flag: String) {
        scalars = Array(flag.unicodeScalars)
        while position < scalars.count {
            guard let assignment = assignment() else { return }
            assignments.append(assignment)
        }
    }

    /// The key as people write it.
    static func text(of path: some Collection<Step>) -> String {
        path.reduce("") { text, step in
            switch step {
            case .key(let key): SchemaWalk.join(text, key.replacing(".", with: "\\."))
            case .index(let index): text + "[\(index)]"
            }
        }
    }

    private mutating func assignment() -> Assignment? {
        guard let path = path() else { return nil }
        let place = SourcePlace(file: "--set " + YAMLValue.shortened(Self.text(of: path)))
        if position < scalars.count, scalars[position] == "{" {
            position += 1
            guard let items = braces(place) else { return nil }
            return Assignment(path: path, value: YAMLValue(.sequence(items), at: place))
        }
        return Assignment(path: path, value: Self.typed(word(until: [","]).text, at: place))
    }

    /// Reads up to and including the `=`.
    private mutating func path() -> [Step]? {
        var path: [Step] = []
        var followsIndex = false
        while true {
            let (word, end) = word(until: ["=", "[", ",", "."])
            if followsIndex {
                guard word.isEmpty, end != "," else {
                    return fail(path, "unexpected data at end of array index: \"\(word)\(end == "," ? "," : "")\"")
                }
            } else {
                guard !word.isEmpty else { return noKey(path, end) }
                path.append(.key(word))
            }
            let key = YAMLValue.shortened(followsIndex ? Self.text(of: path) : word)
            switch end {
            case "=": return path
            case ".": followsIndex = false
            case "[":
                guard let index = index(path) else { return nil }
                path.append(.index(index))
                followsIndex = true
            case ",": return fail(path, "key \"\(key)\" has no value (cannot end with ,)")
            default: return fail(path, "key \"\(key)\" has no value")
            }
            guard path.count <= Self.deepestName else {
                return fail(
                    path,
                    "value name nested level is greater than maximum supported nested level of \(Self.deepestName)")
            }
        }
    }

    private mutating func noKey(_ path: [Step], _ end: Unicode.Scalar?) -> [Step]? {
        guard path.isEmpty else { return fail(path, "key map \"\(Self.text(of: path))\" has no value") }
        return fail(path, "there is no key" + (end.map { " before the \($0)" } ?? ""))
    }

    /// Reads up to and including the `]`.
    private mutating func index(_ path: [Step]) -> Int? {
        let (text, end) = word(until: ["]"])
        guard end == "]", let index = Int(text) else {
            _ = fail(path, "error parsing index: " + (end == nil ? "there is no ]" : "\"\(text)\" is not a number"))
            return nil
        }
        if index < 0 {
            _ = fail(path, "negative \(index) index not allowed")
            return nil
        }
        if index > Self.largestIndex {
            _ = fail(path, "index of \(index) is greater than maximum supported index of \(Self.largestIndex)")
            return nil
        }
        return index
    }

    private mutating func braces(_ place: SourcePlace) -> [YAMLValue]? {
        var items: [YAMLValue] = []
        while position < scalars.count {
            let (text, end) = word(until: [",", "}"])
            items.append(Self.typed(text, at: place))
            guard end == "}" else { continue }
            if position < scalars.count, scalars[position] == "," { position += 1 }
            if items.count == 1, text.isEmpty { return [] }
            return items
        }
        problems.append(Problem(at: place, "list must terminate with '}'", expected: "KEY={a,b}"))
        return nil
    }

    /// Reads up to and including one of the delimiters, or to the end of the flag, where there is none.
    private mutating func word(until delimiters: [Unicode.Scalar]) -> (text: String, end: Unicode.Scalar?) {
        var word = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if delimiters.contains(scalar) { return (String(word), scalar) }
            if scalar == "\\" {
                if position < scalars.count { word.append(scalars[position]) }
                position += 1
            } else {
                word.append(scalar)
            }
        }
        return (String(word), nil)
    }

    private mutating func fail(_ path: [Step], _ message: String) -> [Step]? {
        let key = YAMLValue.shortened(Self.text(of: path))
        let place = SourcePlace(file: path.isEmpty ? "--set" : "--set " + key)
        problems.append(Problem(at: place, message, expected: "--set KEY=VALUE[,KEY=VALUE…]"))
        position = scalars.count
        return nil
    }

    /// strvals.typedVal.
    private static func typed(_ word: String, at place: SourcePlace) -> YAMLValue {
        let lowered = word.lowercased()
        if ["true", "false", "null"].contains(lowered) {
            return YAMLValue(.scalar(text: lowered, plain: true), at: place)
        }
        let isNumber = word == "0" || Int64(word) != nil && !word.hasPrefix("0")
        return YAMLValue(.scalar(text: word, plain: isNumber), at: place)
    }
}
