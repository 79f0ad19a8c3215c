/// Aligns tab-terminated cells into columns, as Go's text/tabwriter does for kubectl and cilium, byte for byte.
///
/// A cell ends with a tab; text after a line's last tab belongs to no column and is written as it is. A column is a
/// run of adjacent lines that have a cell there, and its width is that of its widest cell plus the padding, so columns
/// of different runs are independent. A line whose last cell ends in a tab ends in spaces.
///
/// Not here because neither program uses it: padding with tabs, right alignment, escapes, HTML.
package struct TabWriter {
    /// The least width of a cell, its padding included.
    package var minimumWidth: Int
    /// Added to a cell's text before its width is taken.
    package var padding: Int

    package init(minimumWidth: Int, padding: Int) {
        self.minimumWidth = minimumWidth
        self.padding = padding
    }

    /// The aligned text. Lines end in a line feed; so does the answer when the text does.
    package func format(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        var output: [String] = []
        var widths: [Int] = []
        format(lines[...], &widths, &output)
        return output.joined(separator: "\n")
    }

    /// Writes lines whose first columns have the widths given; finds the next column's runs and goes right from there.
    private func format(_ lines: ArraySlice<[Substring]>, _ widths: inout [Int], _ output: inout [String]) {
        let column = widths.count
        func hasCell(_ line: [Substring]) -> Bool { column < line.count - 1 }
        var start = lines.startIndex
        while start < lines.endIndex {
            let run = lines[start...].prefix(while: hasCell)
            guard !run.isEmpty else {
                output.append(aligned(lines[start], widths))
                start += 1
                continue
            }
            // Go counts Unicode scalars, not what is seen as one character.
            let widest = run.map { $0[column].unicodeScalars.count + padding }.max() ?? 0
            widths.append(max(minimumWidth, widest))
            format(run, &widths, &output)
            widths.removeLast()
            start = run.endIndex
        }
    }

    private func aligned(_ line: [Substring], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in line.enumerated() {
            text += cell
            if index < widths.count, index < line.count - 1 {
                text += String(repeating: " ", count: max(0, widths[index] - cell.unicodeScalars.count))
            }
        }
        return text
    }
}
