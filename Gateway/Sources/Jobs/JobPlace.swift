// SPDX-License-Identifier: Apache-2.0

// Where a job stands in the list of all jobs: the newest first, in the order of its text's bytes,
// which is the only order in which a store of records lists.

/// The place of a job among the others.
struct JobPlace: Sendable, Hashable {
    let submitted: Int64
    let id: String

    private static let end: Int64 = 9_999_999_999_999_999
    private static let digitCount = 16

    init(_ job: JobRecord) {
        submitted = job.submitted
        id = job.id
    }

    /// Reads ``text``; nil for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == Self.digitCount,
            let inverted = Int64(parts[0]), inverted >= 0
        else { return nil }
        submitted = Self.end - inverted
        id = String(parts[1])
    }

    /// The place in words that sort like places.
    var text: String {
        let digits = String(Self.end - max(0, submitted))
        return String(repeating: "0", count: Self.digitCount - digits.utf8.count) + digits + "-"
            + id
    }
}
