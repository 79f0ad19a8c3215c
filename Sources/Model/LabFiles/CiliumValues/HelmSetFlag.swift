/// Helm's `--set` syntax (helm.sh/docs/intro/using_helm, pkg/strvals): `a.b=c,d[0]=e,f={x,y},g=null`.
///
/// Commas, dots, braces and brackets lose their meaning after a backslash. `true`, `false`, `null` and whole numbers
/// without a leading zero are typed; everything else is text.
struct HelmSetFlag {
    /// One step of a key: `nodes[2].role` is key, index, key.
    enum Step: Hashable { case key(String), index(Int) }

    /// One assignment of the flag.
    struct Assignment {
        var path: [Step]
        var value: YAMLValue
    }

    private(set) var assignments: [Assignment] = []
    private(set) var problems: [Problem] = []
    private let characters: [Character]
    private var position = 0

    init(_ flag: String) {
        characters = Array(flag)
        while position < characters.count {
            guard let assignment = assignment() else { return }
            assignments.append(assignment)
        }
    }

    /// The key as people write it.
    static func text(of path: [Step]) -> String {
        path.reduce("") { text, step in
            switch step {
            case .key(let key): SchemaWalk.join(text, key.replacing(".", with: "\\."))
            case .index(let index): text + "[\(index)]"
            }
        }
    }

    private mutating func assignment() -> Assignment? {
        guard let path = path() else { return nil }
        let place = SourcePlace(file: "--set " + Self.text(of: path))
        if position < characters.count, characters[position] == "{" {
            position += 1
            guard let items = braces(place) else { return nil }
            return Assignment(path: path, value: YAMLValue(.sequence(items), at: place))
        }
        return Assignment(path: path, value: Self.typed(word(until: [","]), at: place))
    }

    /// Reads up to and including the `=`.
    private mutating func path() -> [Step]? {
        var path: [Step] = []
        var word = ""
        func finished() -> [Step] { word.isEmpty ? path : path + [.key(word)] }
        while position < characters.count {
            let character = characters[position]
            position += 1
            switch character {
            case "\\":
                if position < characters.count { word.append(characters[position]) }
                position += 1
            case ".":
                path = finished()
                word = ""
            case "[":
                path = finished()
                word = ""
                guard let index = index() else {
                    return fail(finished(), "a list index is not a number from 0 to 1023")
                }
                path.append(.index(index))
            case "=":
                path = finished()
                guard case .key? = path.first else { return fail(path, "there is no key before the =") }
                return path
            case ",":
                return fail(finished(), "key \"\(word)\" has no value (cannot end with ,)")
            default: word.append(character)
            }
        }
        return fail(finished(), "key \"\(word)\" has no value")
    }

    private mutating func index() -> Int? {
        let start = position
        while position < characters.count, characters[position] != "]" { position += 1 }
        guard position < characters.count, let index = Int(String(characters[start..<position])),
            (0...1023).contains(index)
        else { return nil }
        position += 1
        return index
    }

    private mutating func braces(_ place: SourcePlace) -> [YAMLValue]? {
        var items: [YAMLValue] = []
        while position < characters.count {
            items.append(Self.typed(word(until: [",", "}"]), at: place))
            guard closing == "}" else { continue }
            if position < characters.count, characters[position] == "," { position += 1 }
            if items.count == 1, items[0].text == "" { return [] }
            return items
        }
        problems.append(Problem(at: place, "a list has no closing }"))
        return nil
    }

    /// The delimiter that ended the last word; nil at the end of the flag.
    private var closing: Character?

    private mutating func word(until delimiters: Set<Character>) -> String {
        var word = ""
        closing = nil
        while position < characters.count {
            let character = characters[position]
            position += 1
            if character == "\\", position < characters.count {
                word.append(characters[position])
                position += 1
            } else if delimiters.contains(character) {
                closing = character
                return word
            } else {
                word.append(character)
            }
        }
        return word
    }

    private mutating func fail(_ path: [Step], _ message: String) -> [Step]? {
        let place = SourcePlace(file: path.isEmpty ? "--set" : "--set " + Self.text(of: path))
        problems.append(Problem(at: place, message, expected: "--set KEY=VALUE[,KEY=VALUE…]"))
        position = characters.count
        return nil
    }

    private static func typed(_ word: String, at place: SourcePlace) -> YAMLValue {
        let isNumber = word == "0" || Int(word) != nil && !word.hasPrefix("0") && !word.hasPrefix("+")
        let plain = isNumber || ["true", "false", "null"].contains(word)
        return YAMLValue(.scalar(text: word, plain: plain), at: place)
    }
}
