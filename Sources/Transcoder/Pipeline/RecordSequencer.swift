// SPDX-License-Identifier: Apache-2.0

// Brings converted blocks into one file: ids over all records, and the report.

import JSONLCodec

/// Commits blocks in order; the only part of a conversion that remembers earlier records.
public struct RecordSequencer: ~Copyable, Sendable {
    private let conversion: Conversion
    private var ids = IDTable()
    private var speller = IDSpeller()
    private var losses = LossLedger()
    private var summary = Report()
    /// Where each id of `ids` stands.
    private var firstUses = TrivialArray<FirstUse>()
    private var columns = ColumnTypes()
    /// How many results have taken one of the requests of one meaning.
    private var echoUses: [UInt64: Int] = [:]
    /// The output so far ends without a line feed: a further file was not expected.
    private var lacksLineFeed = false

    /// The first bad record has ended the conversion: nothing further is to be converted.
    public private(set) var isStopped = false

    /// Creates a sequencer.
    public init(_ conversion: Conversion) {
        self.conversion = conversion
        summary.source = conversion.sourceID
        summary.target = conversion.targetID
        summary.kind = conversion.kind
    }

    /// What was done so far.
    public var report: Report {
        var report = summary
        report.losses = losses.entries
        return report
    }

    /// Settles a block: drops or respells ids that are taken, and merges its part of the report.
    ///
    /// - Parameter block: A converter whose block comes next in the input.
    /// - Complexity: O(1) for targets that leave ids alone, else O(*n*) in the number of records.
    public mutating func commit(_ block: inout BlockConverter) {
        guard !isStopped else {
            block.output.removeAll()
            return
        }
        if block.log.entries.count > 0 { settleIDs(&block) }
        if lacksLineFeed, block.output.count > 0 { block.output.insertLineFeed() }
        lacksLineFeed = block.output.count > 0 ? block.lacksLineFeed : lacksLineFeed
        merge(&block)
    }

    // MARK: - Ids

    /// Goes through the records of a block that have an id of their own.
    ///
    /// Bytes move only where an id is dropped or respelled, which is rare: `shift` stays 0.
    private mutating func settleIDs(_ block: inout BlockConverter) {
        var removals: [Range<Int>] = []
        var rejects: [RejectedLine] = []
        var respellings: [(range: Range<Int>, id: String)] = []
        for index in 0..<block.log.entries.count {
            // Where ids stand in the table is random: several are fetched at once.
            if index + 8 < block.log.entries.count {
                ids.prefetch(hash: block.log.entries[index + 8].idHash)
            }
            if isNew(index, block) { continue }
            let entry = block.log.entries[index]
            let previous = index == 0 ? nil : block.log.entries[index - 1]
            let outcome = outcome(of: entry, block)
            switch outcome {
            case .fine:
                break
            case .respelled(let id):
                respellings.append((entry.writtenID, id))
                if !entry.isIDRewritten, entry.sharedEcho == 0 {
                    noteRewriting(of: entry, in: &block)
                }
            case .refused(let refusal):
                let lossStart = previous?.lossEnd ?? 0
                let lineStart = previous?.lineEnd ?? 0
                refuse(entry, refusal, &block, losses: lossStart..<entry.lossEnd, lineStart)
                rejects.append(
                    RejectedLine(number: entry.line, range: lineStart..<entry.lineEnd))
                if conversion.configuration.onError == .stop {
                    // Nothing after this record counts any more.
                    removals.append(entry.outputStart..<block.output.count)
                    block.log.cut(at: index, losses: lossStart)
                    block.insertRejects(rejects)
                    return block.output.edit(removing: removals, respelling: respellings)
                }
                removals.append(entry.outputStart..<entry.outputEnd)
            }
        }
        block.insertRejects(rejects)
        block.output.edit(removing: removals, respelling: respellings)
    }

    /// Adds the id of a record, where it only has to differ from others, and does.
    private mutating func isNew(_ index: Int, _ block: borrowing BlockConverter) -> Bool {
        guard conversion.idRule == .unique else { return false }
        let entry = block.log.entries[index]
        guard ids.insert(block.log.view(entry.sourceID), hash: entry.idHash).isNew else {
            return false
        }
        firstUses.append(FirstUse(file: block.file, entry))
        return true
    }

    private enum Outcome {
        case fine, respelled(String), refused(Refusal)
    }

    /// Why a record does not go with those before it.
    private struct Refusal {
        let code: ErrorCode
        let message: String
        var firstUse: SourcePlace?
    }

    private mutating func outcome(
        of entry: RecordEntry, _ block: borrowing BlockConverter
    ) -> Outcome {
        if entry.sharedEcho != 0 { return .respelled(id(ofEcho: entry.sharedEcho)) }
        if conversion.hasColumns {
            let record = block.output.view.slice(entry.outputStart, entry.outputEnd - 1)
            let place = SourcePlace(file: block.file, line: entry.line, column: entry.column)
            guard let fault = columns.add(record, from: place) else { return .fine }
            return .refused(
                Refusal(
                    code: .unsupportedBlock,
                    message: "a member has one type over the whole file: \(fault.words)",
                    firstUse: fault.firstUse))
        }
        let source = block.log.view(entry.sourceID)
        if conversion.idRule == .restricted {
            let wish = block.output.view.slice(
                entry.writtenID.lowerBound, entry.writtenID.upperBound)
            if let known = speller.spelling(of: source) {
                return known == wish ? .fine : .respelled(known.text)
            }
            return speller.give(source, wish: wish).map { .respelled($0) } ?? .fine
        }
        let (position, isNew) = ids.insert(source, hash: entry.idHash)
        guard isNew else {
            return .refused(
                Refusal(
                    code: .duplicateCustomID,
                    message: "record id \"\(source.text)\" was already used",
                    firstUse: firstUses[position].place))
        }
        firstUses.append(FirstUse(file: block.file, entry))
        guard conversion.idRule == .restrictedUnique else { return .fine }
        let wish = block.output.view.slice(entry.writtenID.lowerBound, entry.writtenID.upperBound)
        return speller.give(source, wish: wish).map { .respelled($0) } ?? .fine
    }

    /// The id of the next request of a meaning.
    private mutating func id(ofEcho meaning: UInt64) -> String {
        guard let requests = conversion.configuration.requests else { return "" }
        let positions = requests.positions(ofEcho: meaning)
        let use = echoUses[meaning, default: 0]
        echoUses[meaning] = use + 1
        return requests.id(at: positions[min(use, positions.count - 1)])
    }

    private func noteRewriting(of entry: RecordEntry, in block: inout BlockConverter) {
        block.log.losses.append(
            LossEvent(
                code: .idRewritten, path: entry.idPath, line: entry.line, column: entry.column))
    }

    /// Rejects a record that does not go with those before it.
    private func refuse(
        _ entry: RecordEntry, _ refusal: Refusal, _ block: inout BlockConverter,
        losses: Range<Int>, _ lineStart: Int
    ) {
        block.log.writtenCount -= 1
        block.log.uncount(entry)
        block.log.errorCount += 1
        // A rejected record has one error and no loss (H2).
        for index in losses { block.log.losses[index] = block.log.losses[index].withdrawn }
        let id = block.log.view(entry.sourceID).text
        let line = block.lines.view.slice(lineStart, entry.lineEnd)
        guard block.log.errors.count < conversion.configuration.errorLimit else { return }
        let place = SourcePlace(file: block.file, line: entry.line, column: entry.column)
        let diagnostic = Diagnostic(
            place: place, path: block.log.view(entry.idPath).text, code: refusal.code.rawValue,
            message: refusal.message, recordID: id, firstUse: refusal.firstUse,
            excerpt: ErrorDescriber.excerpt(of: line, around: line.count > 0 ? entry.column - 1 : 0)
        )
        let errors = block.log.errors
        let index = errors.firstIndex { $0.place.line > entry.line } ?? errors.count
        block.log.errors.insert(diagnostic, at: index)
    }

    // MARK: - Report

    private mutating func merge(_ block: inout BlockConverter) {
        isStopped = conversion.configuration.onError == .stop && block.log.errorCount > 0
        summary.recordsRead += block.log.recordCount
        summary.recordsWritten += block.log.writtenCount
        summary.recordsRejected += block.log.errorCount
        summary.recordsPassedThrough += block.log.passedCount
        summary.blankLines += block.log.blankCount
        summary.bytesRead += block.log.byteCount
        summary.bytesWritten += block.output.count
        summary.embeddings.records += block.log.embeddings.records
        summary.embeddings.inputs += block.log.embeddings.inputs
        summary.bytesCopied += block.output.copiedByteCount - block.copiedBefore
        summary.bytesRewritten += block.output.rewrittenByteCount - block.rewrittenBefore
        let room = conversion.configuration.errorLimit - summary.errors.count
        summary.errors.append(contentsOf: block.log.errors.prefix(isStopped ? 1 : max(room, 0)))
        for loss in block.log.losses where !loss.isWithdrawn {
            losses.add(loss, path: block.log.view(loss.path), file: block.file)
        }
        for model in block.log.models where model.records > 0 {
            count(model.name, model.records)
        }
    }

    private mutating func count(_ model: String, _ records: Int) {
        if let index = summary.models.firstIndex(where: { $0.name == model }) {
            summary.models[index].records += records
        } else {
            summary.models.append((model, records))
        }
    }
}

/// The place of an id in twelve bytes: there is one for each record.
struct FirstUse: BitwiseCopyable {
    private let file: UInt32
    private let line: UInt32
    private let column: UInt32

    init(file: Int, _ entry: RecordEntry) {
        self.file = UInt32(clamping: file)
        line = UInt32(clamping: entry.line)
        column = UInt32(clamping: entry.column)
    }

    var place: SourcePlace {
        SourcePlace(file: Int(file), line: Int(line), column: Int(column))
    }
}

extension LossEvent {
    /// The event of a record that was rejected after all.
    fileprivate var withdrawn: LossEvent {
        LossEvent(code: code, path: path, line: -1, column: column)
    }

    fileprivate var isWithdrawn: Bool { line < 0 }
}

extension RecordLog {
    /// Forgets everything after a record that ends the conversion.
    fileprivate mutating func cut(at index: Int, losses lossCount: Int) {
        let entry = entries[index]
        for later in index + 1..<entries.count { uncount(entries[later]) }
        losses.removeLast(losses.count - lossCount)
        recordCount = entry.recordCount
        blankCount = entry.blankCount
        writtenCount = entry.writtenCount - 1
        passedCount = entry.passedCount
        errorCount = 1
        errors.removeAll { $0.place.line > entry.line }
        rejectedLines.removeAll { $0.line > entry.line }
    }
}

/// A line that was kept in case its record is rejected, and is.
private struct RejectedLine {
    let number: Int
    /// Where it stands in ``BlockConverter/lines``.
    let range: Range<Int>
}

extension BlockConverter {
    /// Puts the lines of rejected records among the others, in the order of the input.
    fileprivate mutating func insertRejects(_ lines: [RejectedLine]) {
        guard !lines.isEmpty else { return }
        var ordered = ByteBuffer(capacity: rejects.count + self.lines.count)
        var start = 0
        var next = 0
        for known in log.rejectedLines {
            while next < lines.count, lines[next].number < known.line {
                ordered.append(made: self.lines.view.slice(lines[next].range))
                next += 1
            }
            ordered.append(made: rejects.view.slice(start, known.end))
            start = known.end
        }
        for line in lines[next...] { ordered.append(made: self.lines.view.slice(line.range)) }
        rejects.removeAll()
        rejects.append(made: ordered.view)
    }
}

extension ByteView {
    fileprivate func slice(_ range: Range<Int>) -> ByteView {
        slice(range.lowerBound, range.upperBound)
    }
}

extension ByteBuffer {
    /// Puts a line feed in front of all.
    fileprivate mutating func insertLineFeed() {
        var edited = ByteBuffer(capacity: count + 1)
        edited.append(UInt8(ascii: "\n"))
        edited.append(made: view)
        truncate(to: 0)
        append(made: edited.view)
    }

    /// Takes records out and puts other ids in; both lists are in ascending order.
    fileprivate mutating func edit(
        removing removals: [Range<Int>], respelling ids: [(range: Range<Int>, id: String)]
    ) {
        guard !removals.isEmpty || !ids.isEmpty else { return }
        var edited = ByteBuffer(capacity: count)
        var position = 0
        var removal = 0
        var respelling = 0
        while removal < removals.count || respelling < ids.count {
            let isRemoval =
                respelling == ids.count
                || (removal < removals.count
                    && removals[removal].lowerBound < ids[respelling].range.lowerBound)
            let range = isRemoval ? removals[removal] : ids[respelling].range
            edited.append(made: view.slice(position, range.lowerBound))
            if isRemoval {
                removal += 1
            } else {
                edited.append(utf8: ids[respelling].id)
                respelling += 1
            }
            position = range.upperBound
        }
        edited.append(made: view.slice(position, count))
        truncate(to: 0)
        append(made: edited.view)
    }
}
