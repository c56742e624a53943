// SPDX-License-Identifier: Apache-2.0

// The target of a request as it was sent: split once, decoded once, never normalised. Keys of S3
// may hold `..`, `//` and `%2F`, and signatures are made over the very bytes.

/// The path and the query of a request, raw.
public struct RequestTarget: Sendable, Hashable {
    /// The path with its percent signs.
    public let path: String
    /// The query without its question mark, or nil where there is none.
    public let query: String?

    /// Splits a request target.
    public init(_ target: String) {
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = nil
        }
    }

    /// The parameters of the query, decoded, in order; nil for a value without `=`.
    ///
    /// - Returns: Nil where a percent sign or the UTF-8 behind it is broken.
    public var parameters: [(name: String, value: String?)]? {
        guard let query else { return [] }
        var parameters: [(name: String, value: String?)] = []
        for item in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0], plusIsSpace: true) else { return nil }
            guard parts.count == 2 else {
                parameters.append((name, nil))
                continue
            }
            guard let value = PercentCoding.decode(parts[1], plusIsSpace: true) else { return nil }
            parameters.append((name, value))
        }
        return parameters
    }
}
