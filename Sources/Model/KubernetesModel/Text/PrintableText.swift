extension String {
    /// The text on one line with nothing in it that a terminal would act upon: what a lab file or a stranger chose may
    /// otherwise colour, overwrite or hide what stands around it.
    ///
    /// Control characters are shown in caret notation, ESC as `^[` and line feed as `^J` (kubectl shows ESC so, too);
    /// the rest that does not show itself (C1 controls, line separators, marks that turn the direction of writing, code
    /// points without a meaning) by number, `<U+202E>`. Text without such characters is returned as it is.
    package var printable: String {
        guard unicodeScalars.contains(where: Self.acts) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if !Self.acts(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.isASCII, let caret = Unicode.Scalar(scalar.value ^ 0x40) {
                result += "^"
                result.unicodeScalars.append(caret)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
            }
        }
        return result
    }

    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
        return switch scalar.properties.generalCategory {
        // The joiner inside an emoji and some scripts' words changes nothing but the shape of its neighbours.
        case .format: scalar != "\u{200d}"
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
