// SPDX-License-Identifier: Apache-2.0

// Looks at records without converting them: ids, models and endpoints of a whole file.

import JSONLCodec
import Transcoder

/// What a file's records say about themselves.
struct RecordProbe: ~Copyable {
    /// Some value, and where it was met first.
    struct Found {
        let value: String
        var count: Int
        let line: Int
        let column: Int
    }

    /// An id that was used before.
    struct Duplicate {
        let id: String
        let path: String
        let line: Int
        let column: Int
        let first: (line: Int, column: Int)
        let excerpt: Excerpt
    }

    private(set) var recordCount = 0
    private(set) var blankCount = 0
    private(set) var byteCount = 0
    private(set) var models: [Found] = []
    private(set) var endpoints: [Found] = []
    private(set) var duplicates: [Duplicate] = []
    private(set) var duplicateCount = 0
    private var ids: [String: (line: Int, column: Int)] = [:]
    private var indexer = JSONIndexer()
    private let keepsIDs: Bool

    /// Creates a probe.
    init(keepsIDs: Bool) { self.keepsIDs = keepsIDs }

    /// The most duplicates that are described.
    private static var duplicateLimit: Int { 10_000 }

    /// Where formats keep the names of models, in requests and in results.
    private static let modelPaths: [[StaticString]] = [
        ["body", "model"], ["params", "model"], ["modelInput", "model"],
        ["response", "body", "model"], ["result", "message", "model"],
        ["modelOutput", "model"], ["response", "modelVersion"],
    ]

    private static let idPaths: [[StaticString]] = [
        ["recordId"], ["custom_id"], ["key"], ["metadata", "key"],
    ]

    /// Looks at the records of a block.
    mutating func look(at block: borrowing ByteBuffer, _ position: BlockPosition) {
        var number = position.firstLine
        var bytes = block.view
        byteCount += bytes.count
        if position.isFileStart, bytes.starts(with: "\u{FEFF}") {
            bytes = bytes.slice(3, bytes.count)
        }
        guard !position.isTooLong else {
            recordCount += 1
            return
        }
        for line in LineIterator(bytes) {
            look(at: line, number)
            number += 1
        }
    }

    private mutating func look(at line: ByteView, _ number: Int) {
        guard !line.isBlank else {
            blankCount += 1
            return
        }
        recordCount += 1
        guard let view = try? indexer.index(line) else { return }
        for path in Self.modelPaths {
            guard let node = view.find(path), view.kind(node) == .string else { continue }
            Self.count(view.decoded(node), view.start(node), number, in: &models)
            break
        }
        if let node = view.find(["url"]), view.kind(node) == .string {
            Self.count(view.decoded(node), view.start(node), number, in: &endpoints)
        }
        if keepsIDs { compareID(view, number) }
    }

    private static func count(
        _ value: String, _ start: Int, _ line: Int, in list: inout [Found]
    ) {
        // Neighbours are mostly the same, and there are few values in all.
        if let index = list.lastIndex(where: { $0.value == value }) {
            list[index].count += 1
        } else {
            list.append(Found(value: value, count: 1, line: line, column: start + 1))
        }
    }

    private mutating func compareID(_ view: JSONView, _ number: Int) {
        for path in Self.idPaths {
            guard let node = view.find(path) else { continue }
            let id: String
            switch view.kind(node) {
            case .string: id = view.decoded(node)
            case .number: id = view.source(node).text
            default: continue
            }
            let place = (line: number, column: view.start(node) + 1)
            guard let first = ids[id] else {
                ids[id] = place
                return
            }
            duplicateCount += 1
            guard duplicates.count < Self.duplicateLimit else { return }
            duplicates.append(
                Duplicate(
                    id: id, path: "$." + path.map { "\($0)" }.joined(separator: "."),
                    line: place.line, column: place.column, first: first,
                    excerpt: Excerpt(around: view.start(node), of: view.text)))
            return
        }
    }
}

extension JSONView {
    /// The value at the end of a path of member names.
    fileprivate func find(_ path: [StaticString]) -> NodeID? {
        var node = NodeID.root
        for name in path {
            guard let member = members(node).first(where: { string($0.name, is: name) }) else {
                return nil
            }
            node = member.value
        }
        return node
    }
}
