// SPDX-License-Identifier: Apache-2.0

// Reads the client's request file once and keeps where each request is, not what it says.

public import JSONLCodec

/// Where a request stands in the client's file: 24 bytes, since there is one for each request.
package struct RequestPlace: BitwiseCopyable, Sendable {
    /// The offset of the record in the file.
    package let offset: Int
    private let length: UInt32
    private let bodyStart: UInt32
    private let bodyLength: UInt32
    let line: UInt32

    init(offset: Int, count: Int, body: Range<Int>, line: Int) {
        self.offset = offset
        // A line is shorter than 2^32 bytes (Limits).
        length = UInt32(clamping: count)
        bodyStart = UInt32(clamping: body.lowerBound)
        bodyLength = UInt32(clamping: body.count)
        self.line = UInt32(clamping: line)
    }

    /// The bytes of the record, without its line feed.
    package var count: Int { Int(length) }

    /// The physical line, counted from 1.
    package var lineNumber: Int { Int(line) }

    /// The body in it that results repeat, counted from the start of the record: Bedrock's
    /// `modelInput`, Gemini's `request`; empty for other formats.
    var body: Range<Int> { Int(bodyStart)..<Int(bodyStart) + Int(bodyLength) }
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
    ///
    /// - Parameters:
    ///   - limits: The bounds of lines.
    ///   - results: The format of the results that will be joined. Where its provider restricts
    ///     ids (Anthropic), the index finds out how a conversion of the file spells them.
    public init(limits: Limits = Limits(), results: FormatID? = nil) {
        splitter = LineSplitter(lineByteLimit: limits.lineByteLimit)
        lines.indexer = JSONIndexer(depthLimit: limits.depthLimit)
        let format = results.flatMap { FormatRegistry.format(named: $0.provider) }
        if let results, format?.requestIDs.isRestricted == true {
            lines.probe.target = Configuration(
                target: FormatID(provider: results.provider, dialect: nil))
            lines.probe.target?.limits = limits
        }
    }

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
    /// The ids, at the positions that the requests have in `places`.
    var ids = IDTable()
    /// The ids in the letters of a provider that restricts them.
    var spellings = IDSpeller()
    /// The positions of the ids that were spelled, in the order of their spellings.
    var spelledIDs: [Int] = []
    var probe = ConversionProbe()
    /// The places, in the order of their lines.
    var places = TrivialArray<RequestPlace>()
    /// The requests that have no id.
    var echoes = RequestEchoes()
    var echoCount = 0
    var echoProvider: String?
    var skippedCount = 0
    var firstSkippedLine: Int?

    private static let idMembers: [StaticString] = ["recordId", "custom_id", "key", "id"]

    mutating func add(_ line: Line) {
        guard !line.bytes.isBlank else { return }
        guard !line.isTooLong, let view = try? indexer.index(line.bytes) else {
            return skip(line)
        }
        let ownName = Self.id(of: view)
        let hasName = ownName != nil
        guard let name = ownName ?? Self.id(of: view, onLine: line.number),
            ids.find(name.view) == nil
        else { return skip(line) }
        ids.insert(name.view)
        if !hasName, let meaning = RequestEchoes.meaning(in: view) {
            echoes.add(meaning, position: ids.count - 1)
        }
        if probe.accepts(view, line) {
            var spelling = ByteBuffer(capacity: 64)
            spelling.append(utf8: RestrictedID.spell(name.view.text))
            _ = spellings.give(name.view, wish: spelling.view)
            spelledIDs.append(ids.count - 1)
        }
        let body = echo(of: view).map { view.start($0)..<view.end($0) } ?? 0..<0
        if !body.isEmpty { echoCount += 1 }
        places.append(
            RequestPlace(
                offset: line.offset, count: line.bytes.count, body: body, line: line.number))
    }

    /// What a conversion calls a request without an id; nil for what is no request.
    private static func id(of view: JSONView, onLine number: Int) -> ByteBuffer? {
        guard Detection.detect(view)?.kind == .request else { return nil }
        var name = ByteBuffer(capacity: 64)
        RecordID.append(idOfLine: number, to: &name)
        return name
    }

    private mutating func skip(_ line: Line) {
        skippedCount += 1
        if firstSkippedLine == nil { firstSkippedLine = line.number }
    }

    /// The body that results repeat, if it is one of the provider's that the first was.
    private mutating func echo(of view: JSONView) -> NodeID? {
        for (provider, member) in RequestEchoes.members {
            guard let body = view.member(member), view.kind(body) == .object else { continue }
            echoProvider = echoProvider ?? provider
            return provider == echoProvider ? body : nil
        }
        return nil
    }

    /// The id of a record, or nil where it has none.
    private static func id(of view: JSONView) -> ByteBuffer? {
        for member in idMembers {
            guard let node = view.member(member) else { continue }
            return text(of: node, view)
        }
        if let metadata = view.member("metadata") {
            for (key, value) in view.members(metadata) where view.string(key, is: "key") {
                return text(of: value, view)
            }
        }
        return view.member("request").flatMap { GeminiEnvelope.label(in: $0, view) }
            .flatMap { text(of: $0, view) }
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

/// Tries whether requests can be converted: rejected records take no spelling (ruling I4).
struct ConversionProbe: ~Copyable {
    /// What to convert for; nil where nobody asks.
    var target: Configuration?
    private var converter: BlockConverter?

    init() {}

    /// Whether a conversion takes a request; the first one tells the format of all.
    mutating func accepts(_ view: JSONView, _ line: Line) -> Bool {
        guard var configuration = target else { return false }
        if converter == nil, let source = Detection.detect(view) {
            configuration.onError = .skip
            configuration.options.model = "any"
            let conversion = try? Conversion(configuration, detected: source)
            converter = conversion.map { BlockConverter($0) }
        }
        converter?.convert(
            line.bytes, BlockPosition(file: 0, firstLine: line.number, isFileStart: false))
        return converter?.log.writtenCount == 1
    }
}
