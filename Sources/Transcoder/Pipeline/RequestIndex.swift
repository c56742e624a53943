// SPDX-License-Identifier: Apache-2.0

// The client's own requests, by id: the echo in Bedrock results, and names as they were.

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

/// Where each of the client's own requests stands: id -> (offset, length).
///
/// Memory is 48 to 64 bytes a request and its id; the file is not kept.
public final class RequestIndex: Sendable {
    private let ids: IDTable
    private let spellings: IDSpeller
    private let spelledIDs: [Int]
    private let places: TrivialArray<RequestPlace>
    private let bytes: any RequestBytes
    private let echoes: RequestEchoes
    /// Lines that no request could be told from: no id, broken JSON, an id that stood before.
    public let skippedCount: Int
    /// The first of them, counted from 1.
    public let firstSkippedLine: Int?

    init(_ lines: consuming IndexedLines, bytes: any RequestBytes) {
        places = lines.places
        echoCount = lines.echoCount
        echoProvider = lines.echoProvider
        skippedCount = lines.skippedCount
        firstSkippedLine = lines.firstSkippedLine
        spelledIDs = lines.spelledIDs
        ids = lines.ids
        spellings = lines.spellings
        var found = lines.echoes
        found.sort()
        echoes = found
        self.bytes = bytes
    }

    /// The number of requests.
    public var count: Int { places.count }

    /// The number of requests whose body results repeat.
    public let echoCount: Int
    /// Whose results they are: those of Bedrock repeat `modelInput`, those of Vertex AI `request`.
    public let echoProvider: String?

    /// The id of the request on a line of the file: for results that name none.
    func id(onLine line: Int, _ context: inout RecordContext) -> Text? {
        guard let position = position(onLine: line) else { return nil }
        let id = ids.id(at: position)
        return context.makeText { $0.append(escaping: id) }
    }

    /// The id of the request that a result repeats, where the client has given it none.
    ///
    /// - Parameters:
    ///   - view: The result.
    ///   - context: Learns of requests that mean the same, of which results take one each.
    /// - Returns: nil where it repeats none of those without an id.
    func id(ofEchoIn view: JSONView, _ context: inout RecordContext) -> Text? {
        guard hasEchoes, let meaning = RequestEchoes.meaning(in: view) else { return nil }
        let positions = echoes.positions(of: meaning)
        guard let first = positions.first else { return nil }
        if positions.count > 1 { context.sharedEcho = meaning }
        let id = ids.id(at: first)
        return context.makeText { $0.append(escaping: id) }
    }

    /// Some requests have no id, and are found by what results repeat of them.
    package var hasEchoes: Bool { !echoes.isEmpty }

    /// The positions of the requests without an id that mean the same, in the order of the file.
    package func positions(ofEcho meaning: UInt64) -> [Int] { echoes.positions(of: meaning) }

    /// Joins a result with its request: its own id, the request body for the echo, tool names.
    ///
    /// - Parameters:
    ///   - response: The result.
    ///   - context: Gets the request body.
    ///   - conversion: Says who has run the batch, and so in which letters ids and names came back.
    func join(
        _ response: inout Response, _ context: inout RecordContext, _ conversion: Conversion
    ) {
        guard let position = position(of: &response, &context, conversion) else { return }
        let place = places[position]
        if !place.body.isEmpty, echoProvider == conversion.target.name {
            // What the result itself repeats of its request gives way to the client's own file.
            context.echo.removeAll()
            let isRead = bytes.read(
                offset: place.offset + place.body.lowerBound, count: place.body.count,
                into: &context.echo)
            if !isRead { context.echo.removeAll() }
        }
        if response.hasToolCalls { restoreToolNames(of: &response, place, &context, conversion) }
        if !response.vectors.isEmpty, conversion.embeddings?.takesBase64 == true {
            response.wantsBase64 = read(place, EmbeddingsBody.asksForBase64)
        }
    }

    /// The request that a result answers, and the id that the client knows it by.
    private func position(
        of response: inout Response, _ context: inout RecordContext, _ conversion: Conversion
    ) -> Int? {
        if let text = response.id.text, response.id.node != nil {
            var name = ByteBuffer(capacity: 64)
            name.append(unescaping: context.bytes(text))
            if let position = position(of: name.view, conversion) {
                context.sharedEcho = nil
                let id = ids.id(at: position)
                if id != name.view {
                    response.id.text = context.makeText { $0.append(escaping: id) }
                }
                return position
            }
        }
        // Without an id, or with one that the provider has made up.
        guard let id = context.positionalID else { return nil }
        response.id.text = id
        return ids.find(context.bytes(id))
    }

    /// Calls a function with the request at a place; nil where its bytes are not there any more.
    private func read<Result>(_ place: RequestPlace, _ body: (JSONView) -> Result) -> Result? {
        var line = ByteBuffer(capacity: place.count)
        guard bytes.read(offset: place.offset, count: place.count, into: &line) else { return nil }
        var indexer = JSONIndexer()
        return (try? indexer.index(line.view)).map(body)
    }

    // MARK: - Places

    /// The position of the request on a line, counted from 1.
    ///
    /// - Complexity: O(log *n*).
    package func position(onLine line: Int) -> Int? {
        var lower = 0
        var upper = places.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if Int(places[middle].line) < line { lower = middle + 1 } else { upper = middle }
        }
        return lower < places.count && Int(places[lower].line) == line ? lower : nil
    }

    /// The position of the request that a result of a provider answers, or nil.
    ///
    /// - Parameters:
    ///   - id: The result's id.
    ///   - provider: Who has run the batch: some make clients spell their ids anew.
    /// - Returns: A position from 0 to ``count``.
    /// - Complexity: O(1), amortised.
    public func position(of id: String, answeredBy provider: String) -> Int? {
        var name = ByteBuffer(capacity: 64)
        name.append(utf8: id)
        let format = FormatRegistry.format(named: provider)
        return position(of: name.view, isRestricted: format?.requestIDs.isRestricted == true)
    }

    /// The id of the request at a position.
    public func id(at position: Int) -> String { ids.id(at: position).text }

    /// Where the request at a position stands.
    package func place(at position: Int) -> RequestPlace { places[position] }

    /// The request of an id, as the client wrote it or as the provider made the client write it.
    private func position(of id: ByteView, _ conversion: Conversion) -> Int? {
        position(of: id, isRestricted: conversion.source.requestIDs.isRestricted)
    }

    private func position(of id: ByteView, isRestricted: Bool) -> Int? {
        guard isRestricted else { return ids.find(id) }
        if let spelling = spellings.position(ofSpelling: id) { return spelledIDs[spelling] }
        return ids.find(id)
    }

    /// Gives calls the names that the client's tools have, where the conversion of the request
    /// had to spell them anew (ruling I18).
    private func restoreToolNames(
        of response: inout Response, _ place: RequestPlace, _ context: inout RecordContext,
        _ conversion: Conversion
    ) {
        guard let rule = conversion.source.dialects.first?.requestWriter.capabilities.toolName
        else { return }
        guard let renamings = read(place, { ToolRenaming.all(ofRequest: $0, under: rule) }),
            !renamings.isEmpty
        else { return }
        for index in response.parts.indices {
            guard case .toolCall(var call) = response.parts[index] else { continue }
            let name = context.decoded(call.name)
            guard let renaming = renamings.first(where: { $0.target == name }) else { continue }
            call.name = context.makeText(renaming.source)
            response.parts[index] = .toolCall(call)
        }
    }
}

extension ToolRenaming {
    /// The tools of a request that a target with a rule for names has to give other ones.
    fileprivate static func all(
        ofRequest view: JSONView, under rule: NameRule
    ) -> [(source: String, target: String)] {
        guard let detected = Detection.detect(view), detected.kind == .request,
            let format = FormatRegistry.format(named: detected.format.provider)
        else { return [] }
        var context = RecordContext(options: ConversionOptions())
        context.begin(view, line: 1)
        var request = Request()
        guard (try? format.requestReader.read(into: &request, &context)) != nil else { return [] }
        RequestRules.renameTools(rule, &request, &context)
        return request.renamings.map { ($0.source, context.decoded($0.target)) }
    }
}

extension Response {
    /// Some answer calls a tool.
    fileprivate var hasToolCalls: Bool {
        parts.contains { part in if case .toolCall = part { true } else { false } }
    }
}

extension RecordContext {
    /// The client's own request body is known.
    var hasModelInput: Bool { echo.count > 0 || echoNode != nil }

    /// Writes the client's own request body, byte for byte; else the one that the result repeats.
    func writeModelInput(to output: inout ByteBuffer) {
        if echo.count > 0 {
            output.append(copying: echo.view)
        } else if let echoNode {
            output.append(copying: view.source(echoNode))
        }
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
