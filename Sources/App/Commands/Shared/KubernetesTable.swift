internal import KubernetesAPI
internal import KubernetesModel

/// Rows in the columns kubectl prints (behaviour 6.7), plain or wide.
struct KubernetesTable {
    var headers: [String]
    var rows: [[String]]
    /// How many of the columns are shown without `-o wide`.
    var narrowColumns: Int

    func text(wide: Bool) -> String {
        let count = wide ? headers.count : narrowColumns
        let lines = ([headers] + rows).map { $0.prefix(count).map(Self.oneLine).joined(separator: "\t") + "\n" }
        return TabWriter(minimumWidth: 6, padding: 3).format(lines.joined())
    }

    /// kubectl cuts a cell at its first newline, and shows an escape character instead of letting it act.
    private static func oneLine(_ cell: String) -> String {
        guard let end = cell.firstIndex(of: "\n") else { return cell.printable }
        return String(cell[..<end]).printable + "..."
    }
}

extension KubernetesTable {
    /// - Parameters:
    ///   - namespaces: of the rows, for a column in front; nil: none.
    ///   - prefix: what stands in front of every name.
    ///   - wide: whether the columns of `-o wide` are in it; the others are dropped.
    ///   - headers: whether the first line names the columns.
    init(_ table: ObjectTable, namespaces: [String]? = nil, prefix: String = "", wide: Bool, headers: Bool = true) {
        let shown = table.columns.indices.filter { wide || !table.columns[$0].isWide }
        let names = (namespaces == nil ? [] : ["NAMESPACE"]) + shown.map { table.columns[$0].name.uppercased() }
        var rows: [[String]] = []
        for (index, row) in table.rows.enumerated() {
            var cells = shown.map { row[$0] }
            if table.columns.first?.name == "Name", !cells.isEmpty { cells[0] = prefix + cells[0] }
            rows.append((namespaces.map { [$0[index]] } ?? []) + cells)
        }
        // The writer aligns by rows alone where there are no headers.
        self.init(
            headers: headers ? names : rows.first ?? [], rows: headers ? rows : Array(rows.dropFirst()),
            narrowColumns: names.count)
    }
}
