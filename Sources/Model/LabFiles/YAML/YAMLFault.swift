import Yams

/// Turns the YAML library's errors into problems with a line.
enum YAMLFault {
    static func problem(_ error: any Error, file: String, text: String) -> Problem {
        guard let error = error as? YamlError else {
            return Problem(at: SourcePlace(file: file), "YAML syntax: \(error)")
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = SourcePlace(file: file, line: mark.line, column: mark.column)
            return Problem(at: place, "YAML syntax: " + sentence(context, problem), expected: advice(problem))
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
            return Problem(at: SourcePlace(file: file, line: line), "YAML syntax: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let place = SourcePlace(file: file, line: context.mark.line, column: context.mark.column)
            return Problem(at: place, "duplicate key \"\(keys.sorted().joined(separator: "\", \""))\"")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return Problem(at: SourcePlace(file: file), "YAML syntax: \(error)")
        }
    }

    private static func sentence(_ context: YamlError.Context?, _ problem: String) -> String {
        guard let context else { return problem }
        return "\(problem), \(context.text) that starts on line \(context.mark.line)"
    }

    /// A hint for the mistakes people make most.
    private static func advice(_ problem: String) -> String? {
        if problem.contains("cannot start any token") { return "spaces, not tabs, and quotes around text with @ or `" }
        if problem.contains("mapping values are not allowed") {
            return "one `key: value` a line, indented like its neighbours"
        }
        return nil
    }
}
