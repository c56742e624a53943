// SPDX-License-Identifier: Apache-2.0

// Records and blobs on a real disk: compare-and-swap, order, and nothing half-written.

import Foundation
import NIOCore
import Storage
import Testing

@Suite struct StorageTests {
    private func folder() -> String {
        NSTemporaryDirectory() + "gateway-\(UInt64.random(in: 0 ... .max))"
    }

    @Test func writesAreComparedAndSwapped() async throws {
        let path = folder()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteStateStore(path: path + "/state.sqlite")
        let version = try #require(try await store.put("c", "k", [1], if: .absent))
        #expect(try await store.put("c", "k", [2], if: .absent) == nil)
        #expect(try await store.put("c", "k", [2], if: .version(version + 1)) == nil)
        #expect(try await store.get("c", "k")?.body == [1])
        let next = try #require(try await store.put("c", "k", [2], if: .version(version)))
        #expect(next > version)
        #expect(try await store.delete("c", "k", if: .version(version)) == false)
        #expect(try await store.delete("c", "k", if: .version(next)))
        #expect(try await store.get("c", "k") == nil)
        // Another process would open the same file.
        _ = try await store.put("c", "again", [3], if: .absent)
        let other = try SQLiteStateStore(path: path + "/state.sqlite")
        #expect(try await other.get("c", "again")?.body == [3])
    }

    @Test func oneOfManyWins() async throws {
        let path = folder()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteStateStore(path: path + "/state.sqlite")
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    try await store.put("c", "k", [UInt8(index)], if: .absent) != nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    @Test func recordsAreListedByBytes() async throws {
        let path = folder()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteStateStore(path: path + "/state.sqlite")
        let keys = ["a", "a/1", "a/2", "a0", "aé", "a\u{10FFFF}z", "b", "B", ""]
        for key in keys { _ = try await store.put("c", key, [], if: .absent) }
        let all = try await store.list("c", prefix: "", after: nil, limit: 100).map(\.key)
        #expect(all == keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        let some = try await store.list("c", prefix: "a/", after: "a/1", limit: 9).map(\.key)
        #expect(some == ["a/2"])
        #expect(try await store.list("c", prefix: "a", after: nil, limit: 2).count == 2)
    }

    @Test func blobsAreWholeOrNotThere() async throws {
        let path = folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try LocalBlobStore(folder: path, member: try FolderMember(folder: path))
        let writer = try await store.makeWriter(reserving: 0)
        try await writer.append(ByteBuffer(string: "hello "))
        try await writer.append(ByteBuffer(string: "world"))
        let blob = try await writer.commit()
        #expect(
            blob.id.digest == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")
        let reader = try await store.open(blob.id)
        #expect(String(buffer: try await reader.read(offset: 6, count: 100)) == "world")
        // What is open stays readable.
        try await store.delete(blob.id)
        #expect(String(buffer: try await reader.read(offset: 0, count: 5)) == "hello")
        await #expect(throws: BlobNotFound.self) { try await store.open(blob.id) }
        let abandoned = try await store.makeWriter(reserving: 0)
        try await abandoned.append(ByteBuffer(string: "x"))
        // What a process leaves that has ended, the next one sweeps away; but only that.
        #expect(FileManager.default.createFile(atPath: path + "/tmp/dead-1", contents: nil))
        _ = try LocalBlobStore(folder: path, member: try FolderMember(folder: path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/tmp").count == 1)
        try await abandoned.append(ByteBuffer(string: "y"))
        _ = try await abandoned.commit()
        for digest in ["../../etc/passwd", "", "ZZ", String(repeating: "A", count: 64)] {
            await #expect(throws: BlobNotFound.self) {
                try await store.open(BlobID(digest: digest))
            }
        }
    }

    @Test func sweeperTakesWhatNothingPointsAt() async throws {
        let path = folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let blobs = try LocalBlobStore(
            folder: path, member: try FolderMember(folder: path))
        let state = try SQLiteStateStore(path: path + "/state.sqlite")
        let catalog = StateObjectCatalog(state: state)
        var ids: [BlobID] = []
        for text in ["kept", "swept"] {
            let writer = try await blobs.makeWriter(reserving: 0)
            try await writer.append(ByteBuffer(string: text))
            let blob = try await writer.commit()
            ids.append(blob.id)
            guard text == "kept" else { continue }
            let object = StoredObject(bucket: "b", key: "k", blob: blob, etag: "e", modified: 0)
            #expect(try await catalog.put(tenant: "t", object) { _ in true })
        }
        let sweeper = BlobSweeper(state: state, blobs: blobs)
        #expect(try await sweeper.sweep(olderThan: 60) == 0)
        #expect(try await sweeper.sweep(olderThan: -60) == 1)
        _ = try await blobs.open(ids[0])
        await #expect(throws: BlobNotFound.self) { try await blobs.open(ids[1]) }
    }

    @Test func membersOfAFolderKnowWhoLives() throws {
        let path = folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let one = try FolderMember(folder: path)
        var two: FolderMember? = try FolderMember(folder: path)
        let name = try #require(two?.name)
        #expect(one.isAlive(name) && two?.isAlive(one.name) == true && one.isAlive(one.name))
        two = nil
        #expect(!one.isAlive(name))
        for other in ["", "gone", "../state.sqlite"] { #expect(!one.isAlive(other)) }
    }
}
