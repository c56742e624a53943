// SPDX-License-Identifier: Apache-2.0

// Requests without an id, by what they say: a provider that repeats them tells so what it answers.

import JSONLCodec

/// Where each request stands that has no id of its own, found by its meaning.
struct RequestEchoes: Sendable {
    private var entries: [(meaning: UInt64, position: UInt32)] = []

    /// Whether there is any.
    var isEmpty: Bool { entries.isEmpty }

    /// Adds a request; those of one meaning in the order of the file.
    mutating func add(_ meaning: UInt64, position: Int) {
        entries.append((meaning, UInt32(clamping: position)))
    }

    /// Makes the requests ready to be found.
    mutating func sort() {
        entries.sort { ($0.meaning, $0.position) < ($1.meaning, $1.position) }
    }

    /// The positions of the requests that mean the same, in the order of the file.
    ///
    /// - Complexity: O(log *n*).
    func positions(of meaning: UInt64) -> [Int] {
        var lower = 0
        var upper = entries.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if entries[middle].meaning < meaning { lower = middle + 1 } else { upper = middle }
        }
        return entries[lower...].prefix { $0.meaning == meaning }.map { Int($0.position) }
    }

    /// Whose results repeat which member of their requests.
    static let members: [(provider: String, member: StaticString)] = [
        (BedrockFormat.name, "modelInput"), (GeminiFormat.name, "request"),
    ]

    /// What the request means that a record holds or repeats; nil where there is none.
    static func meaning(in view: JSONView) -> UInt64? {
        for (_, member) in members {
            guard let body = view.member(member), view.kind(body) == .object else { continue }
            return view.meaning(of: body)
        }
        return nil
    }
}
