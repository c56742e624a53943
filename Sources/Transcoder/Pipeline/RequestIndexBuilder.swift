// SPDX-License-Identifier: Apache-2.0

// Reads the client's request file once and keeps where each request is, not what it says.

public import JSONLCodec

/// Where a request stands in the client's file.
struct RequestPlace: Sendable {
    /// The record: offset and length in bytes.
    let offset: Int
    let count: Int
    /// The `modelInput` in it, counted from the start of the record; empty for other formats.
    let body: Range<Int>
}

/// Builds the index of the client's own request file.
///
/// ```swift
/// var builder = RequestIndexBuilder()
/// while let chunk = try file.read() { builder.feed(chunk.bytes) }
/// configuration.requests = builder.finish(bytes: file)
/// ```
public struct RequestIndexBuilder: ~Copyable {
    private var splitter: LineSplitter
    private var lines = IndexedLines()

    /// Creates an empty index.
    public init(limits: Limits = Limits()) {
        splitter = LineSplitter(lineByteLimit: limits.lineByteLimit)
        lines.indexer = JSONIndexer(depthLimit: limits.depthLimit)
    }

    /// Lines that no request could be told from: no id, broken JSON, an id that stood before.
    public var skippedCount: Int { lines.skippedCount }

    /// Reads a further chunk of the file, cut anywhere.
    ///
    /// - Complexity: O(*n*).
    public mutating func feed(_ chunk: RawSpan) {
        ByteView.with(chunk) { bytes in splitter.feed(bytes) { lines.add($0) } }
    }

    /// Ends the file.
    ///
    /// - Parameter bytes: Gives the file's bytes again when results need them.
    /// - Returns: The index.
    public consuming func finish(bytes: any RequestBytes) -> RequestIndex {
        splitter.finish { lines.add($0) }
        return RequestIndex(lines, bytes: bytes)
    }
}

/// The requests that were found so far.
struct IndexedLines: ~Copyable {
    var indexer = JSONIndexer()
    /// The ids; the value is the place of the request.
    var ids = IDTable()
    /// The ids in the letters that Anthropic allows, as a conversion of the file spells them.
    var speller = IDSpeller()
    var places: [RequestPlace] = []
    /// The places by physical line.
    var placeOfLine: [Int: Int] = [:]
    var skippedCount = 0

    private static let idMembers: [StaticString] = ["recordId", "custom_id", "key", "id"]

    mutating func add(_ line: Line) {
        guard !line.bytes.isBlank else { return }
        guard !line.isTooLong, let view = try? indexer.index(line.bytes),
            let name = Self.id(of: view), ids.find(name.view) == nil
        else {
            skippedCount += 1
            return
        }
        placeOfLine[line.number] = places.count
        ids.insert(name.view, value: places.count)
        var spelling = ByteBuffer(capacity: 64)
        spelling.append(utf8: RestrictedID.spell(name.view.text))
        _ = speller.give(name.view, wish: spelling.view)
        let body = view.member("modelInput").map { view.start($0)..<view.end($0) } ?? 0..<0
        places.append(RequestPlace(offset: line.offset, count: line.bytes.count, body: body))
    }

    private static func id(of view: JSONView) -> ByteBuffer? {
        for member in idMembers {
            guard let node = view.member(member) else { continue }
            return text(of: node, view)
        }
        guard let metadata = view.member("metadata") else { return nil }
        for (key, value) in view.members(metadata) where view.string(key, is: "key") {
            return text(of: value, view)
        }
        return nil
    }

    private static func text(of node: NodeID, _ view: JSONView) -> ByteBuffer? {
        var name = ByteBuffer(capacity: 64)
        switch view.kind(node) {
        case .string: name.append(unescaping: view.interior(node))
        case .number: name.append(made: view.source(node))
        default: return nil
        }
        return name
    }
}
