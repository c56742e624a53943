// SPDX-License-Identifier: Apache-2.0

// "Did you mean": the nearest of the words that would have been right.

/// Finds out what a mistyped word was to be.
enum Suggestion {
    /// The nearest candidate, if one is near enough to be worth a mention.
    ///
    /// - Complexity: O(*n* · *m*) for each candidate; words are short.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(Array(word.utf8), Array(candidate.utf8))
            let isNear = distance <= max(1, min(word.utf8.count, candidate.utf8.count) / 3)
            if isNear, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        if best == nil, word.utf8.count >= 3 {
            return candidates.first { $0.hasPrefix(word) }
        }
        return best?.word
    }

    /// `; did you mean "x"?`, or nothing.
    static func phrase(for word: String, among candidates: [String], quoted: Bool = true) -> String
    {
        guard let nearest = nearest(to: word, among: candidates) else { return "" }
        return quoted ? "; did you mean \"\(nearest)\"?" : "; did you mean \(nearest)?"
    }

    /// How many letters must be put in, taken out, replaced or swapped with their neighbour.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = last[column] + (byte == other ? 0 : 1)
                cost = min(cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
