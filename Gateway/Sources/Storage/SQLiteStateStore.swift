// SPDX-License-Identifier: Apache-2.0

// Records in one table of SQLite, durable when a write returns.

import Foundation
import GRDB

/// Records in a database file.
public struct SQLiteStateStore: StateStore {
    private let database: DatabasePool

    /// Opens the database, or makes it.
    ///
    /// - Parameter path: The file; others with its name and a suffix stand beside it.
    /// - Throws: Where it cannot be opened.
    public init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            // A write that was answered must survive the machine, not only the process.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        database = try DatabasePool(path: path, configuration: configuration)
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS records (
                        collection TEXT NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,
                        body BLOB NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID
                    """)
        }
    }

    /// Reads a record; see ``StateStore``.
    public func get(_ collection: String, _ key: String) async throws -> StoredRecord? {
        try await get(collection, keys: [key]).first
    }

    /// Reads several records; see ``StateStore``.
    public func get(_ collection: String, keys: [String]) async throws -> [StoredRecord] {
        try await database.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT key, version, body FROM records WHERE collection = ? AND key = ?")
            return try keys.compactMap { key in
                try Row.fetchOne(statement, arguments: [collection, Self.bytes(key)])
                    .map(Self.record)
            }
        }
    }

    /// Writes a record; see ``StateStore``.
    public func put(
        _ collection: String, _ key: String, _ body: [UInt8], if condition: WriteCondition
    ) async throws -> Int64? {
        try await database.write { database in
            let current = try Self.version(database, collection, key)
            guard condition.holds(for: current) else { return nil }
            // A record that was removed and made anew must not look like the old one.
            let version = (current ?? Int64.random(in: 0..<1 << 40)) + 1
            try database.execute(
                sql: """
                    INSERT INTO records (collection, key, version, body) VALUES (?, ?, ?, ?)
                    ON CONFLICT (collection, key) DO UPDATE
                    SET version = excluded.version, body = excluded.body
                    """,
                arguments: [collection, Self.bytes(key), version, Data(body)])
            return version
        }
    }

    /// Removes a record; see ``StateStore``.
    public func delete(
        _ collection: String, _ key: String, if condition: WriteCondition
    ) async throws -> Bool {
        try await database.write { database in
            let current = try Self.version(database, collection, key)
            guard current == nil || condition.holds(for: current) else { return false }
            try database.execute(
                sql: "DELETE FROM records WHERE collection = ? AND key = ?",
                arguments: [collection, Self.bytes(key)])
            return true
        }
    }

    /// Lists records; see ``StateStore``.
    public func list(
        _ collection: String, prefix: String, after: String?, limit: Int
    ) async throws -> [StoredRecord] {
        try await database.read { database in
            var sql = "SELECT key, version, body FROM records WHERE collection = ? AND key >= ?"
            var arguments: StatementArguments = [collection, Self.bytes(prefix)]
            if let end = Self.end(ofPrefix: prefix) {
                sql += " AND key < ?"
                arguments += [end]
            }
            if let after {
                sql += " AND key > ?"
                arguments += [Self.bytes(after)]
            }
            sql += " ORDER BY key LIMIT ?"
            arguments += [limit]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(Self.record)
        }
    }

    private static func version(
        _ database: Database, _ collection: String, _ key: String
    ) throws -> Int64? {
        try Int64.fetchOne(
            database, sql: "SELECT version FROM records WHERE collection = ? AND key = ?",
            arguments: [collection, bytes(key)])
    }

    /// Keys are compared by their bytes, which is not how SQLite compares all texts.
    private static func bytes(_ key: String) -> Data { Data(key.utf8) }

    /// The first key behind all that begin with a prefix.
    private static func end(ofPrefix prefix: String) -> Data? {
        var end = Data(prefix.utf8)
        while let last = end.popLast() {
            if last < 0xFF {
                end.append(last + 1)
                return end
            }
        }
        return nil
    }

    private static func record(_ row: Row) -> StoredRecord {
        let key: Data = row["key"]
        let body: Data = row["body"]
        return StoredRecord(
            key: String(decoding: key, as: UTF8.self), version: row["version"], body: Array(body))
    }
}

extension WriteCondition {
    /// Whether a record of that version, or none, is what the write expects.
    func holds(for version: Int64?) -> Bool {
        switch self {
        case .anything: true
        case .absent: version == nil
        case .version(let expected): version == expected
        }
    }
}
