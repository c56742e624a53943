// SPDX-License-Identifier: Apache-2.0

// Where records live: files, uploads, jobs. Narrow enough that any S3 with conditional writes can
// stand behind it, so several gateways can share one state.

/// A record as it is stored.
public struct StoredRecord: Sendable, Hashable {
    /// The record's key in its collection.
    public let key: String
    /// Grows with each change; a write names the version that it replaces.
    public let version: Int64
    /// The record itself; the store does not look into it.
    public let body: [UInt8]

    /// Creates a record.
    public init(key: String, version: Int64, body: [UInt8]) {
        self.key = key
        self.version = version
        self.body = body
    }
}

/// What a write expects to find.
public enum WriteCondition: Sendable, Hashable {
    case anything
    /// There is no such record yet.
    case absent
    /// The record still has this version.
    case version(Int64)
}

/// Records by collection and key, changed one at a time by compare-and-swap.
///
/// A write that returned is durable, and every later read sees it.
public protocol StateStore: Sendable {
    /// Reads a record, or nil.
    func get(_ collection: String, _ key: String) async throws -> StoredRecord?

    /// Reads several records at once; those that are not there are left out.
    func get(_ collection: String, keys: [String]) async throws -> [StoredRecord]

    /// Writes a record.
    ///
    /// - Returns: The new version, or nil where the condition does not hold; nothing changed then.
    func put(
        _ collection: String, _ key: String, _ body: [UInt8], if condition: WriteCondition
    ) async throws -> Int64?

    /// Removes a record.
    ///
    /// - Returns: Whether the condition held; a record that is not there is no failure.
    func delete(
        _ collection: String, _ key: String, if condition: WriteCondition
    ) async throws -> Bool

    /// Lists records in the order of their keys' UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - collection: The collection.
    ///   - prefix: What keys begin with.
    ///   - after: The key to go on after, or nil.
    ///   - limit: The most records to return.
    /// - Returns: The records, fewer than the limit only where there are no more.
    /// - Throws: What the storage behind it throws.
    /// - Complexity: O(*limit* + log *n*).
    func list(
        _ collection: String, prefix: String, after: String?, limit: Int
    ) async throws -> [StoredRecord]
}
