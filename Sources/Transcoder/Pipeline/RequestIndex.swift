// SPDX-License-Identifier: Apache-2.0

// The client's own request file, by id: for the echo in Bedrock results.

public import JSONLCodec

/// Gives the bytes of the client's request file again.
///
/// The engine has no files: whoever has one implements this.
public protocol RequestBytes: Sendable {
    /// Appends bytes of the file to a buffer.
    ///
    /// - Parameters:
    ///   - offset: The offset of the first byte in the file.
    ///   - count: The number of bytes.
    ///   - buffer: Where they go.
    /// - Returns: Whether all of them were there.
    func read(offset: Int, count: Int, into buffer: inout ByteBuffer) -> Bool
}

/// Reads the client's request file once and keeps where each request is, not what it says.
public struct RequestIndexBuilder: ~Copyable {
    fileprivate struct Place: Sendable {
        let offset: Int
        let count: Int
        let line: Int
    }

    private var splitter: LineSplitter
    private var indexer: JSONIndexer
    private var ids = IDTable()
    private var places: [Place] = []
    /// Records that no request could be told from: no id, no `modelInput`, broken JSON.
    public private(set) var skippedCount = 0

    /// Creates an empty index.
    public init(limits: Limits = Limits()) {
        splitter = LineSplitter(lineByteLimit: limits.lineByteLimit)
        indexer = JSONIndexer(depthLimit: limits.depthLimit)
    }

    /// Reads a further chunk of the file, cut anywhere.
    ///
    /// - Complexity: O(*n*).
    public mutating func feed(_ chunk: RawSpan) {
        var lines = PlacedLines()
        ByteView.with(chunk) { bytes in
            splitter.feed(bytes) { line in lines.add(line, &indexer, &ids, &places) }
        }
        skippedCount += lines.skippedCount
    }

    /// Ends the file.
    ///
    /// - Parameter bytes: Gives the file's bytes again when results need them.
    /// - Returns: The index.
    public consuming func finish(bytes: any RequestBytes) -> RequestIndex {
        var lines = PlacedLines()
        splitter.finish { line in lines.add(line, &indexer, &ids, &places) }
        return RequestIndex(ids: ids, places: places, bytes: bytes)
    }

    /// Takes the lines of one chunk into the index.
    private struct PlacedLines {
        var skippedCount = 0

        mutating func add(
            _ line: Line, _ indexer: inout JSONIndexer, _ ids: inout IDTable,
            _ places: inout [Place]
        ) {
            guard !line.bytes.isBlank else { return }
            guard !line.isTooLong, let view = try? indexer.index(line.bytes),
                let id = view.member("recordId"), let body = view.member("modelInput")
            else {
                skippedCount += 1
                return
            }
            var name = ByteBuffer(capacity: 64)
            switch view.kind(id) {
            case .string: name.append(unescaping: view.interior(id))
            case .number: name.append(made: view.source(id))
            default: return skippedCount += 1
            }
            guard ids.find(name.view) == nil else { return }
            ids.insert(name.view, value: places.count)
            places.append(
                Place(
                    offset: line.offset + view.start(body),
                    count: view.end(body) - view.start(body), line: line.number))
        }
    }
}

/// Where each of the client's own requests stands: id -> (offset, length).
///
/// About 56 bytes a request and its id; the file itself is not kept.
public final class RequestIndex: Sendable {
    private let ids: IDTable
    private let places: [RequestIndexBuilder.Place]
    private let lines: [Int: Int]
    private let bytes: any RequestBytes

    fileprivate init(
        ids: consuming IDTable, places: [RequestIndexBuilder.Place], bytes: any RequestBytes
    ) {
        self.ids = ids
        self.places = places
        self.bytes = bytes
        lines = Dictionary(
            places.enumerated().map { ($0.element.line, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// The number of requests.
    public var count: Int { places.count }

    /// The id of the request on a line of the file: for results that name none.
    func id(onLine line: Int, _ context: inout RecordContext) -> Text? {
        guard let position = lines[line] else { return nil }
        let id = ids.id(at: position)
        return context.makeText { $0.append(escaping: id) }
    }

    /// Puts the client's request body for a result into the context, if there is one.
    func join(_ response: inout Response, _ context: inout RecordContext) {
        guard let text = response.id.text else { return }
        var name = ByteBuffer(capacity: 64)
        name.append(unescaping: context.bytes(text))
        guard let position = ids.find(name.view) else { return }
        let place = places[ids.entries[position].value]
        if !bytes.read(offset: place.offset, count: place.count, into: &context.echo) {
            context.echo.removeAll()
        }
    }
}

extension RecordContext {
    /// The client's own request body is known.
    var hasModelInput: Bool { echo.count > 0 }

    /// Writes the client's own request body, byte for byte.
    func writeModelInput(to output: inout ByteBuffer) {
        output.append(copying: echo.view)
    }
}

extension JSONView {
    /// The value of a member of the record, if it is there and not null.
    func member(_ name: StaticString) -> NodeID? {
        for (key, value) in members(.root) where string(key, is: name) {
            return kind(value) == .null ? nil : value
        }
        return nil
    }
}
