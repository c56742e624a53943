// SPDX-License-Identifier: Apache-2.0

// Signature Version 4 of aws-chunked bodies: each chunk's signature is made over the one before.
// Amazon S3 API Reference, "Signature calculations: transferring payload in multiple chunks".

import Crypto

/// Verifies the chunks of a body, in order.
public struct ChunkVerifier: Sendable {
    private let key: [UInt8]
    private let date: String
    private let scope: SigV4.Scope
    private var previous: String

    /// Starts at a request's own signature.
    ///
    /// - Parameters:
    ///   - key: The signing key of the day, region and service.
    ///   - date: `X-Amz-Date` of the request.
    ///   - scope: What the key is good for.
    ///   - seed: The signature of the request.
    public init(key: [UInt8], date: String, scope: SigV4.Scope, seed: String) {
        self.key = key
        self.date = date
        self.scope = scope
        previous = seed
    }

    /// Whether a chunk has the right signature.
    ///
    /// - Parameters:
    ///   - hash: The SHA-256 of its bytes, in hexadecimal digits.
    ///   - signature: The one that stands in front of it.
    /// - Returns: Whether it is right; the next chunk is then held against it.
    public mutating func accepts(chunkWithHash hash: String, signature: String) -> Bool {
        accepts(
            "AWS4-HMAC-SHA256-PAYLOAD", [SigV4.sha256([]), hash], signature)
    }

    /// Whether the trailer has the right signature.
    ///
    /// - Parameters:
    ///   - lines: Its headers, one a line, `name:value`, each with a line feed.
    ///   - signature: The one that stands behind it.
    /// - Returns: Whether it is right.
    public mutating func accepts(trailer lines: [UInt8], signature: String) -> Bool {
        accepts("AWS4-HMAC-SHA256-TRAILER", [SigV4.sha256(lines)], signature)
    }

    private mutating func accepts(
        _ algorithm: String, _ hashes: [String], _ signature: String
    ) -> Bool {
        let lines = [algorithm, date, scope.text, previous] + hashes
        let expected = SigV4.signature(of: lines.joined(separator: "\n"), key: key)
        guard SigV4.isSame(expected, signature) else { return false }
        previous = expected
        return true
    }
}
