// SPDX-License-Identifier: Apache-2.0

// Blobs that no record points at any more, and uploads that nobody completes: swept away in time.

/// Takes away what nothing points at.
public struct BlobSweeper: Sendable {
    private let state: any StateStore
    private let blobs: LocalBlobStore

    /// The collections whose records point at blobs.
    private static let collections = ["objects", "files", "parts", "jobs"]
    /// A digest as it stands in a record.
    private static var digestLength: Int { 64 }

    /// Creates a sweeper.
    public init(state: any StateStore, blobs: LocalBlobStore) {
        self.state = state
        self.blobs = blobs
    }

    /// Removes blobs that are older than some time and stand in no record.
    ///
    /// The age makes it safe beside requests: a blob that was just written is not yet in any record.
    ///
    /// - Parameter seconds: How old a blob must be.
    /// - Returns: The number of blobs removed.
    /// - Throws: What the storage throws.
    /// - Complexity: O(*n*) in the number of records.
    public func sweep(olderThan seconds: Double) async throws -> Int {
        let candidates = try await blobs.blobs(olderThan: seconds)
        guard !candidates.isEmpty else { return 0 }
        let used = try await digestsInUse()
        var count = 0
        for id in candidates where !used.contains(id.digest) {
            // One that was put once more in the meantime is as young as its last writing.
            if try await blobs.delete(id, ifOlderThan: seconds) { count += 1 }
        }
        return count
    }

    /// Whatever looks like a digest in any record counts as used: too much is kept, never too little.
    private func digestsInUse() async throws -> Set<String> {
        var digests: Set<String> = []
        for collection in Self.collections {
            var after: String?
            while true {
                let page = try await state.list(
                    collection, prefix: "", after: after, limit: 1000)
                for record in page { Self.collect(from: record.body, into: &digests) }
                guard page.count == 1000 else { break }
                after = page.last?.key
            }
        }
        return digests
    }

    private static func collect(from body: [UInt8], into digests: inout Set<String>) {
        var start = 0
        for (index, byte) in body.enumerated() {
            let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            if isDigit { continue }
            if index - start == digestLength {
                digests.insert(String(decoding: body[start..<index], as: UTF8.self))
            }
            start = index + 1
        }
    }
}
