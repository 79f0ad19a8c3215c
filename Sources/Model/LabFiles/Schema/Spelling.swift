/// Guesses which known word an unknown one was meant to be.
enum Spelling {
    /// The nearest of the words, when it is near enough to be a slip of the fingers; the first among equals.
    static func nearest(to word: String, among words: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let slack = max(1, word.count / 3)
        let length = word.utf8.count
        // Words whose lengths differ by more than the slack need not be compared: their distance is at least that.
        let ranked = words.filter { abs($0.utf8.count - length) <= slack }
            .map { ($0, distance(word.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= slack else { return nil }
        return best.0
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words.
    static func distance(_ left: String, _ right: String) -> Int {
        let (first, second) = (Array(left.utf8), Array(right.utf8))
        var beforePrevious: [Int] = []
        var previous = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let change = previous[column] + (first[row] == second[column] ? 0 : 1)
                var cost = min(change, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }
}
