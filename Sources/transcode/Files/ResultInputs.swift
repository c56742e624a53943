// SPDX-License-Identifier: Apache-2.0

// The result files of a batch: read once from front to back, and again line by line.

import JSONLCodec
import Transcoder

/// Where the lines of result files can be read again.
///
/// What can be read only once is copied to a file without a name, as far as it is wanted.
final class ResultInputs {
    /// One input.
    private struct Store {
        let file: StoredFile
        let isCopy: Bool
        var byteCount = 0
    }

    /// The inputs as messages name them.
    let names: [String]
    private var stores: [Store] = []
    private let limits: Limits

    init(_ arguments: [String], _ settings: Settings) throws(CommandFailure) {
        names = arguments.map(InputFile.name)
        limits = settings.limits
        for argument in arguments {
            let file = try StoredFile.open(argument, decompresses: settings.decompresses)
            if let file {
                stores.append(Store(file: file, isCopy: false))
            } else {
                stores.append(Store(file: try StoredFile.makeScratch(), isCopy: true))
            }
        }
    }

    var files: [StoredFile] { stores.map(\.file) }

    /// Has a line at hand for a second reading; returns its offset.
    func keep(
        _ record: RecordSummary, _ block: SourceBlock, _ bytes: borrowing ByteBuffer
    ) throws(CommandFailure) -> Int {
        let file = block.position.file
        guard stores[file].isCopy else { return block.offset + record.offset }
        let offset = stores[file].byteCount
        // The line feed too, where there is one: lines in a row are read at once.
        var line = ByteBuffer(capacity: record.byteCount + 1)
        line.append(made: bytes.view.slice(record.offset, record.offset + record.byteCount))
        line.append("\n")
        try line.withBytes { (bytes) throws(CommandFailure) in
            try stores[file].file.append(bytes)
        }
        stores[file].byteCount += line.count
        return offset
    }

    /// The tokens of a result that was entered before.
    func usage(of answer: Answer) throws(CommandFailure) -> TokenUsage? {
        var line = ByteBuffer(capacity: answer.count)
        guard
            stores[answer.file].file.read(
                offset: answer.offset, count: answer.count, into: &line)
        else { throw .file(names[answer.file], .hasChanged) }
        var scanner = RecordScanner(limits: limits)
        var usage: TokenUsage?
        let position = BlockPosition(file: answer.file, firstLine: answer.line, isFileStart: false)
        line.withBytes { bytes in
            _ = scanner.scan(bytes, position) { usage = $0.usage }
        }
        return usage
    }
}
