// SPDX-License-Identifier: Apache-2.0

// What the emulated providers keep, in memory: files and batches.

import Foundation
import Synchronization

/// A batch of an emulated provider.
struct SandboxBatch: Sendable {
    let id: String
    /// The name that the gateway finds it by.
    let label: String
    let model: String
    let input: String
    /// Where Bedrock is to put the results.
    var place = ""
    let created: Double
    var isCancelled = false
    var output: String?
    var errors: String?
    var succeeded = 0
    var failed = 0
}

/// The files and batches of all emulated providers.
final class Shelf: Sendable {
    private struct Contents {
        var files: [String: [UInt8]] = [:]
        var names: [String: String] = [:]
        var batches: [String: SandboxBatch] = [:]
        var order: [String] = []
        var count = 0
    }

    private let contents = Mutex(Contents())
    /// The seconds that a batch takes.
    let delay: Double

    init(delay: Double) {
        self.delay = delay
    }

    static var now: Double { Date().timeIntervalSince1970 }

    /// A number that no other file or batch has.
    func number() -> Int {
        contents.withLock { contents in
            contents.count += 1
            return contents.count
        }
    }

    func put(_ bytes: [UInt8], as id: String, name: String = "") {
        contents.withLock { contents in
            contents.files[id] = bytes
            contents.names[id] = name
        }
    }

    func file(_ id: String) -> [UInt8]? { contents.withLock { $0.files[id] } }

    /// Files with their names, those with a prefix only.
    func files(prefix: String) -> [(id: String, name: String, byteCount: Int)] {
        contents.withLock { contents in
            contents.files.filter { $0.key.hasPrefix(prefix) }.map {
                ($0.key, contents.names[$0.key] ?? "", $0.value.count)
            }.sorted { $0.0 < $1.0 }
        }
    }

    func add(_ batch: SandboxBatch) {
        contents.withLock { contents in
            contents.batches[batch.id] = batch
            contents.order.append(batch.id)
        }
    }

    func cancel(_ id: String) {
        contents.withLock { contents in
            // What has ended stays as it is.
            guard contents.batches[id]?.output == nil else { return }
            contents.batches[id]?.isCancelled = true
        }
    }

    /// The batches with a prefix in their ids, newest first.
    func batches(prefix: String) -> [SandboxBatch] {
        contents.withLock { contents in
            contents.order.reversed().filter { $0.hasPrefix(prefix) }.compactMap {
                contents.batches[$0]
            }
        }
    }

    /// A batch as it stands now: when its time has come, it is answered.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - answer: Makes the result of a line, and says whether it succeeded.
    /// - Returns: The batch, or nil where there is none.
    func batch(
        _ id: String, answer: (ArraySlice<UInt8>, Int, SandboxBatch) -> SandboxAnswer
    ) -> SandboxBatch? {
        guard var batch = contents.withLock({ $0.batches[id] }) else { return nil }
        guard !batch.isCancelled, batch.output == nil, Self.now - batch.created >= delay else {
            return batch
        }
        var output: [UInt8] = []
        var errors: [UInt8] = []
        for (index, line) in (file(batch.input) ?? []).split(separator: 0x0A).enumerated() {
            let made = answer(line, index, batch)
            if made.isFailure { batch.failed += 1 } else { batch.succeeded += 1 }
            if made.goesToErrors {
                errors += made.line + [0x0A]
            } else {
                output += made.line + [0x0A]
            }
        }
        // Bedrock names a folder, Gemini the beginning of a name; ids have slashes in them.
        let isFolder = batch.place.hasSuffix("#")
        batch.output =
            isFolder ? batch.place + id : "\(batch.place)out-\(batch.label)-\(batch.created)"
        put(output, as: batch.output ?? "")
        if !errors.isEmpty {
            batch.errors = "err-\(id)"
            put(errors, as: "err-\(id)")
        }
        let done = batch
        contents.withLock { $0.batches[id] = done }
        return done
    }
}

/// What an emulated model makes of a line.
struct SandboxAnswer {
    var line: [UInt8]
    var isFailure = false
    /// OpenAI has a file of its own for errors.
    var goesToErrors = false

    init(_ object: [String: Any], isFailure: Bool = false, goesToErrors: Bool = false) {
        let data = try? JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        line = Array(data ?? Data())
        self.isFailure = isFailure
        self.goesToErrors = goesToErrors
    }
}
