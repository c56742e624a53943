// SPDX-License-Identifier: Apache-2.0

// Converts the records of one block of whole lines; blocks are independent of each other.

import JSONLCodec

/// Where a block of lines stands in the input.
public struct BlockPosition: Sendable {
    /// The index of the input file.
    public let file: Int
    /// The physical number of the block's first line, counted from 1.
    public let firstLine: Int
    /// The block is the beginning of its file.
    public let isFileStart: Bool
    /// The block holds only the beginning of one line, which is over the limit.
    public let isTooLong: Bool

    /// Creates a position.
    public init(file: Int, firstLine: Int, isFileStart: Bool, isTooLong: Bool = false) {
        self.file = file
        self.firstLine = firstLine
        self.isFileStart = isFileStart
        self.isTooLong = isTooLong
    }
}

/// Converts blocks of lines, one after the other, in memory that it keeps.
///
/// A block's output is final only after ``RecordSequencer/commit(_:)``, which settles what blocks
/// have to do with each other: ids that stand twice, and the report. So blocks can be converted
/// on several threads, each with a converter of its own, and committed in order.
///
/// ```swift
/// let conversion = try Conversion(configuration, detected: detection)
/// var converter = BlockConverter(conversion)
/// var sequencer = RecordSequencer(conversion)
/// converter.convert(lines, BlockPosition(file: 0, firstLine: 1, isFileStart: true))
/// sequencer.commit(&converter)
/// converter.withOutput { write($0) }
/// ```
public struct BlockConverter: ~Copyable, Sendable {
    let conversion: Conversion
    var output = ByteBuffer(capacity: 4096)
    /// The lines of rejected records, with line feeds.
    var rejects = ByteBuffer()
    /// The lines of accepted records, kept while a later look at their ids may reject them.
    var lines = ByteBuffer()
    var log = RecordLog()
    var file = 0
    /// The counts of the output when the block began.
    private(set) var copiedBefore = 0
    private(set) var rewrittenBefore = 0
    /// The output ends without a line feed, as the input does.
    private(set) var lacksLineFeed = false
    var isLastLineCopied = false
    private var indexer: JSONIndexer
    var context: RecordContext
    var request = Request()
    var response = Response()
    var shapes: ShapeMemory
    /// Records of one shape are converted once, and then replayed.
    let learnsShapes: Bool
    /// What copied records ask vectors for is counted.
    private let countsCopiedInputs: Bool
    var lessonStart: LessonStart
    /// How many records were written from known shapes, over all blocks.
    var replayedCount = 0

    /// What the books said before a record from which something is to be learned.
    struct LessonStart {
        let output: ByteBuffer.Mark
        let lossCount: Int
    }

    /// Creates a converter.
    public init(_ conversion: Conversion) {
        self.conversion = conversion
        indexer = JSONIndexer(depthLimit: conversion.configuration.limits.depthLimit)
        context = RecordContext(options: conversion.configuration.options)
        lessonStart = LessonStart(output: output.mark, lossCount: 0)
        shapes = ShapeMemory(limits: conversion.configuration.limits)
        // A result that is joined with its request depends on more than its line.
        learnsShapes =
            conversion.configuration.learnsShapes && conversion.configuration.requests == nil
            && conversion.changesDialect
        countsCopiedInputs = conversion.countsCopiedInputs
        context.acceptsQuotedNumbers = conversion.source.acceptsQuotedNumbers
        context.readsVertexColumns = conversion.sourceDialect == GeminiDialect.vertex.name
    }

    /// Converts a block.
    ///
    /// - Parameters:
    ///   - block: Whole lines; at the end of a file the last one may lack its line feed.
    ///   - position: Where the block stands.
    /// - Complexity: O(*n*); in the steady state nothing is allocated.
    public mutating func convert(_ block: RawSpan, _ position: BlockPosition) {
        ByteView.with(block) { convert($0, position) }
    }

    /// Calls a function with the converted records; to be written after the commit.
    public func withOutput<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try output.withBytes(body)
    }

    /// Calls a function with the lines of rejected records, where the configuration keeps them.
    public func withRejects<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try rejects.withBytes(body)
    }

    mutating func convert(_ block: ByteView, _ position: BlockPosition) {
        output.removeAll()
        rejects.removeAll(keepingAtMost: 1 << 20)
        lines.removeAll(keepingAtMost: 1 << 20)
        log.reset()
        log.byteCount = block.count
        copiedBefore = output.copiedByteCount
        rewrittenBefore = output.rewrittenByteCount
        file = position.file
        var rest = block
        if position.isFileStart, rest.starts(with: "\u{FEFF}") {
            rest = rest.slice(3, rest.count)
            noteByteOrderMark()
        }
        guard !position.isTooLong else { return rejectLongLine(rest, position.firstLine) }
        let endsWithLineFeed = rest.count > 0 && rest[rest.count - 1] == UInt8(ascii: "\n")
        lacksLineFeed = false
        var number = position.firstLine
        while rest.count > 0 {
            let count = replayRecord(rest, number: number) ?? convertNextLine(rest, number: number)
            rest = rest.slice(count, rest.count)
            number += 1
            // What comes after a record that ends the conversion is not looked at.
            if stopsAtError, log.errorCount > 0 { break }
        }
        if !endsWithLineFeed, isLastLineCopied {
            // A file that stays in its format comes back byte for byte.
            output.truncate(to: output.count - 1)
            lacksLineFeed = true
        }
    }

    private mutating func copy(_ line: ByteView) {
        output.append(copying: line)
        output.append(UInt8(ascii: "\n"))
        isLastLineCopied = true
    }

    private mutating func rejectLongLine(_ beginning: ByteView, _ number: Int) {
        log.recordCount += 1
        let limit = conversion.configuration.limits.lineByteLimit
        let place = RecordError.Place.offset(min(limit, beginning.count))
        reject(
            beginning, number, RecordError(.lineTooLong, place, "the line is over the limit"),
            view: nil)
    }

    private mutating func noteByteOrderMark() {
        let path = log.keep { $0.append("$") }
        log.losses.append(
            LossEvent(code: .byteOrderMarkSkipped, path: path, line: 1, column: 1))
    }

    /// Converts the first line of a text; returns its length with the line feed.
    private mutating func convertNextLine(_ text: ByteView, number: Int) -> Int {
        let end = text.firstIndex(of: UInt8(ascii: "\n"))
        convertLine(text.slice(0, end ?? text.count), number: number, endsWithLineFeed: end != nil)
        return end.map { $0 + 1 } ?? text.count
    }

    private mutating func convertLine(_ line: ByteView, number: Int, endsWithLineFeed: Bool) {
        guard line.count <= conversion.configuration.limits.lineByteLimit else {
            return rejectLongLine(line, number)
        }
        isLastLineCopied = false
        guard line.count > 0, !line.isBlank else {
            log.blankCount += 1
            if conversion.keepsLines { copy(line) }
            return
        }
        log.recordCount += 1
        let start = output.count
        let view: JSONView
        do throws(JSONError) {
            view = try indexer.index(line)
        } catch {
            return reject(line, number, RecordError(error), view: nil)
        }
        do throws(RecordError) {
            context.begin(view, line: number)
            guard view.kind(.root) == .object else {
                throw RecordError(.notAnObject, at: .root, "a record must be a JSON object")
            }
            if try PassThrough.applies(to: view, conversion) {
                copy(view.text)
                if countsCopiedInputs { countCopiedInputs() }
                return accept(line, number, from: start, isPassedThrough: true)
            }
            beginLesson(line, endsWithLineFeed: endsWithLineFeed)
            try convertRecord()
            if conversion.configuration.options.onLoss == .fail { try refuseLosses() }
            output.append(UInt8(ascii: "\n"))
            accept(line, number, from: start, isPassedThrough: false)
            endLesson()
        } catch {
            output.truncate(to: start)
            output.endTrace()
            reject(line, number, error, view: view)
        }
    }

    private mutating func convertRecord() throws(RecordError) {
        switch conversion.kind {
        case .request: try convertRequest()
        case .result: try convertResult()
        }
    }

    private mutating func convertRequest() throws(RecordError) {
        request.reset()
        let reader = conversion.source.requestReader
        try reader.read(into: &request, &context)
        request.id = settled(request.id)
        guard request.operation == .chat, let writer = conversion.dialect?.requestWriter else {
            return try convertOtherRequest()
        }
        try RequestRules.apply(
            writer.capabilities(for: context.options), to: &request, &context)
        request.id = restricted(request.id)
        try writer.write(request, to: &output, &context)
    }

    private mutating func convertResult() throws(RecordError) {
        response.reset()
        if let requests = conversion.configuration.requests {
            context.positionalID =
                isBareLine
                ? requests.id(onLine: context.lineNumber, &context)
                : requests.id(ofEchoIn: context.view, &context)
        }
        let reader = conversion.source.resultReader
        try reader.read(into: &response, &context)
        response.id = settled(response.id)
        if let requests = conversion.configuration.requests {
            requests.join(&response, &context, conversion)
        }
        guard response.operation == .chat, let writer = conversion.dialect?.resultWriter else {
            return try convertOtherResult()
        }
        ResultRules.apply(writer.traits, to: &response, &context)
        response.id = restricted(response.id)
        try writer.write(response, to: &output, &context)
    }

    /// Only of bare lines the place in the file tells which request they answer.
    private var isBareLine: Bool {
        file == 0 && conversion.source.isBareResult(context.view)
    }

    /// Fails the record at the first loss that is more than a note.
    private func refuseLosses() throws(RecordError) {
        guard let loss = context.losses.first(where: { !$0.code.isNote }) else { return }
        throw RecordError(refusing: loss)
    }

    // MARK: - Ids

    /// Makes an id up where the record has none, and reports one that was a number.
    private mutating func settled(_ source: RecordID) -> RecordID {
        var id = source
        context.isUnique = id.text == nil
        if id.text == nil, let positional = context.positionalID {
            id.text = positional
        } else if id.text == nil {
            let number = context.lineNumber
            // Not the name of a request that it does not answer.
            let kind: StaticString =
                conversion.configuration.requests?.hasEchoes == true ? "result" : "record"
            id.text = context.makeText { RecordID.append(idOfLine: number, as: kind, to: &$0) }
            context.lose(.idSynthesized, target: conversion.source.idMember)
        }
        if id.isStringified, let node = id.node { context.lose(.idRewritten, at: node) }
        return id
    }

    /// Spells an id in the letters that the target allows.
    mutating func restricted(_ id: RecordID) -> RecordID {
        guard conversion.idRule != .any, let text = id.text else { return id }
        context.sourceID = text
        guard conversion.idRule.isRestricted, !RestrictedID.isLegal(context.bytes(text)) else {
            return id
        }
        var id = id
        let source = context.decoded(text)
        id.text = context.makeText(RestrictedID.spell(source))
        if let node = id.node, !id.isStringified { context.lose(.idRewritten, at: node) }
        return id
    }
}
