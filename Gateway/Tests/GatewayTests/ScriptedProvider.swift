// SPDX-License-Identifier: Apache-2.0

// A provider that does what a test says, and a store of records that dies when a test says so.

import Foundation
import NIOCore
import Providers
import Storage
import Synchronization
import Wire

/// A provider with the dialect of OpenAI, in memory.
final class ScriptedProvider: BatchProvider {
    let name = ProviderName.openai
    let limits: UpstreamLimits

    /// What is to happen to a call.
    enum Fault: Sendable {
        /// Nothing is done.
        case refused(UpstreamError)
        /// It is done, and the answer is lost.
        case lost
    }

    struct Batch: Sendable {
        var token: String
        var file: String
        var endpoint: String?
        var state = UpstreamBatch.State.succeeded
        var isCancelled = false
    }

    struct World: Sendable {
        /// Files by id; ids are made of names, so that a second one of a name is seen.
        var files: [(id: String, name: String, bytes: [UInt8])] = []
        var batches: [Batch] = []
        var calls: [String] = []
        /// Asked at each call, with its number among those of the name.
        var fault: @Sendable (String, Int) -> Fault? = { _, _ in nil }
        /// The state of a batch by its number, at each look.
        var state: @Sendable (Int, Int) -> UpstreamBatch.State = { _, _ in .succeeded }
        /// Changes the lines of results.
        var results: @Sendable ([[UInt8]]) -> [[UInt8]] = { $0 }
    }

    let world = Mutex(World())

    init(limits: UpstreamLimits = UpstreamLimits(recordCount: .max, byteCount: .max)) {
        self.limits = limits
    }

    func script(_ change: (inout World) -> Void) { world.withLock { change(&$0) } }

    var calls: [String] { world.withLock { $0.calls } }
    var batches: [Batch] { world.withLock { $0.batches } }

    static let lost = UpstreamError(outcome: .unknown, message: "no answer", isRetryable: true)

    /// Notes a call and does it, unless the script has another opinion.
    private func call<Result: Sendable>(
        _ name: String, _ work: (inout World) throws -> Result
    ) throws(UpstreamError) -> Result {
        do {
            return try world.withLock { world in
                let count = world.calls.count { $0 == name }
                world.calls.append(name)
                switch world.fault(name, count) {
                case .refused(let error): throw error
                case .lost:
                    _ = try work(&world)
                    throw Self.lost
                case nil: return try work(&world)
                }
            }
        } catch let error as UpstreamError {
            throw error
        } catch {
            throw UpstreamError(outcome: .unknown, message: "\(error)", isRetryable: false)
        }
    }

    func upload(
        _ file: any UploadSource, name: String, for place: ResultPlace?
    ) async throws(UpstreamError) -> String {
        guard let bytes = try? await file.read(offset: 0, count: file.byteCount) else {
            throw Self.lost
        }
        return try call("upload") { world in
            let id = "file-\(world.files.count)"
            world.files.append((id, name, Array(buffer: bytes)))
            return id
        }
    }

    func findUpload(name: String, since: Int64) async throws(UpstreamError) -> String? {
        try call("findUpload") { $0.files.last { $0.name == name }?.id }
    }

    func createBatch(_ order: BatchOrder) async throws(UpstreamError) -> String {
        try call("createBatch") { world in
            guard world.files.contains(where: { $0.id == order.file }) else {
                throw UpstreamError(
                    outcome: .refused, status: 400, message: "no such file",
                    isRetryable: false)
            }
            world.batches.append(
                Batch(token: order.token, file: order.file, endpoint: order.endpoint))
            return "batch-\(world.batches.count - 1)"
        }
    }

    func findBatch(token: String, since: Int64) async throws(UpstreamError) -> String? {
        try call("findBatch") { world in
            world.batches.firstIndex { $0.token == token }.map { "batch-\($0)" }
        }
    }

    func batch(id: String) async throws(UpstreamError) -> UpstreamBatch {
        try call("batch") { world in
            let index = Int(id.dropFirst(6)) ?? 0
            let looks = world.calls.count { $0 == "batch" } - 1
            let state =
                world.batches[index].isCancelled ? .cancelled : world.state(index, looks)
            var batch = UpstreamBatch(state: state)
            batch.outputs = [world.batches[index].file]
            if state == .failed { batch.message = "it failed" }
            return batch
        }
    }

    func cancelBatch(id: String) async throws(UpstreamError) {
        try call("cancelBatch") { $0.batches[Int(id.dropFirst(6)) ?? 0].isCancelled = true }
    }

    func download(
        _ output: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let bytes = try call("download") { world in
            let lines =
                world.files.first { $0.id == output }?.bytes
                .split(separator: UInt8(ascii: "\n")).map(Self.answer) ?? []
            return world.results(lines).flatMap { $0 + [UInt8(ascii: "\n")] }
        }
        try await write(ByteBuffer(bytes: bytes[offset...]))
    }

    /// The answer to a line of requests.
    private static func answer(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let record = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return answer(id: record?["custom_id"] as? String ?? "?")
    }

    static func answer(id: String) -> [UInt8] {
        Array(
            """
            {"id":"r","custom_id":"\(id)","response":{"status_code":200,"request_id":"q","body":\
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
            "message":{"role":"assistant","content":"to \(id)"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}},"error":null}
            """.utf8)
    }
}

/// The end of a process, as far as the code that meets it can tell.
struct ProcessEnded: Error {}

/// A store of records that stops working after some writes.
final class DyingStore: StateStore {
    private let store: any StateStore
    private let rest: Mutex<Int>
    private let isLastDone: Bool

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - store: Where records are.
    ///   - writes: The writes that it lives for.
    ///   - isLastDone: Whether the write that it dies at is done before.
    init(_ store: any StateStore, writes: Int, isLastDone: Bool) {
        self.store = store
        rest = Mutex(writes)
        self.isLastDone = isLastDone
    }

    /// Whether it has died.
    var isDead: Bool { rest.withLock { $0 < 0 } }

    func get(_ collection: String, _ key: String) async throws -> StoredRecord? {
        if isDead { throw ProcessEnded() }
        return try await store.get(collection, key)
    }

    func get(_ collection: String, keys: [String]) async throws -> [StoredRecord] {
        if isDead { throw ProcessEnded() }
        return try await store.get(collection, keys: keys)
    }

    func put(
        _ collection: String, _ key: String, _ body: [UInt8], if condition: WriteCondition
    ) async throws -> Int64? {
        if isDead { throw ProcessEnded() }
        let isLast = rest.withLock { rest in
            rest -= 1
            return rest < 0
        }
        if isLast, !isLastDone { throw ProcessEnded() }
        let version = try await store.put(collection, key, body, if: condition)
        if isLast { throw ProcessEnded() }
        return version
    }

    func delete(
        _ collection: String, _ key: String, if condition: WriteCondition
    ) async throws -> Bool {
        if isDead { throw ProcessEnded() }
        return try await store.delete(collection, key, if: condition)
    }

    func list(
        _ collection: String, prefix: String, after: String?, limit: Int
    ) async throws -> [StoredRecord] {
        if isDead { throw ProcessEnded() }
        return try await store.list(collection, prefix: prefix, after: after, limit: limit)
    }
}
