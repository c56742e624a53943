// SPDX-License-Identifier: Apache-2.0

// transcode split: one file in, parts out that fit what a provider takes at once.

import JSONLCodec
import Transcoder

/// One run of `transcode split`.
struct Split {
    private let settings: Settings
    private let terminal: Terminal
    private let target: FormatID
    private let input: String
    private let folder: PartFolder
    private let limits: [BatchLimit]

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        guard let target = settings.target else {
            throw .usage("split needs --to TO: the provider whose limits count")
        }
        self.target = target
        guard arguments.operands.count <= 1 else {
            throw .usage("split takes one file: the parts of two would have the same names")
        }
        input = arguments.operands.first ?? "-"
        guard let name = arguments[.output] else {
            throw .usage("split needs --output DIR: the folder that the parts go to")
        }
        limits = LimitTable.limits(
            of: target.provider, replacing: try LimitTable.parse(arguments.all(.limit)))
        for limit in limits where limit.key != .minRecords && limit.value == 0 {
            throw .usage("--limit \(limit.key.rawValue)=0 leaves room for nothing")
        }
        folder = try PartFolder(name, force: arguments.has(.force))
    }

    private func limit(_ key: BatchLimit.Key) -> BatchLimit? {
        // Of a limit that was given twice the last one counts.
        limits.last { $0.key == key }
    }

    /// Splits.
    func run() throws(CommandFailure) -> ExitStatus {
        let file: InputFile
        do throws(SystemError) {
            file = try InputFile(input, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: input), error)
        }
        let countsInputs: Bool
        switch try settings.detect(file) {
        case .empty: throw terminal.refuse(file.complaint(provider: nil))
        case .unknown(let message): throw terminal.refuse(message)
        case .found(let detection):
            remark(on: detection, file.name)
            countsInputs = detection.kind == .request && detection.format.isForEmbeddings
        case .asTold: countsInputs = settings.source?.isForEmbeddings == true
        }
        try folder.begin()
        var writer = PartWriter(
            folder,
            PartWriter.Bounds(
                records: limit(.maxRecords)?.value, bytes: limit(.maxBytes)?.value,
                tokens: limit(.maxTokens)?.value, inputs: limit(.maxInputs)?.value))
        do throws(CommandFailure) {
            if let message = try copy(file, to: &writer, countsInputs: countsInputs) {
                _ = terminal.refuse(message)
                writer.discard()
                terminal.remark("stopped at a record that fits into no part; no part is left")
                return .input
            }
            try writer.finish()
            try writeManifest(writer.parts, file)
        } catch {
            writer.discard()
            throw error
        }
        folder.removeParts(after: writer.parts.count)
        summarize(writer.parts)
        return .success
    }

    private func remark(on detection: Detection, _ name: String) {
        terminal.remark("\(name): \(detection.format) \(detection.kind.rawValue)s")
        guard detection.format.provider != target.provider else { return }
        let note = terminal.styled("note:", .note)
        terminal.remark(
            "\(note) the parts stay in their format; transcode convert -t \(target) rewrites them")
    }

    // MARK: - Lines

    /// Copies all lines; returns what is wrong with the first that fits into no part.
    private func copy(
        _ file: InputFile, to writer: inout PartWriter, countsInputs: Bool
    ) throws(CommandFailure) -> Message? {
        let lineByteLimit = settings.limits.lineByteLimit
        let source = BlockSource(
            file, others: [], expected: nil, provider: nil, lineByteLimit: lineByteLimit,
            decompresses: settings.decompresses)
        let progress = Progress(
            terminal, totalByteCount: InputFile.totalByteCount(file, others: []))
        defer { progress?.erase() }
        var report = Report()
        var buffer = ByteBuffer(capacity: BlockSource.blockByteCount + (64 << 10))
        var counter = InputCounter(isNeeded: countsInputs)
        while let position = try next(of: source, into: &buffer) {
            var block = buffer.view
            if position.isFileStart, block.starts(with: "\u{FEFF}") {
                block = block.slice(3, block.count)
            }
            var number = position.firstLine
            for line in LineIterator(block) {
                if position.isTooLong || line.count > lineByteLimit {
                    return message(
                        file, number, line, ErrorCode.lineTooLong.rawValue,
                        "the line is over the limit")
                }
                if !line.isBlank {
                    let inputs = counter.inputs(of: line)
                    guard writer.isFitting(records: 1, bytes: line.count + 1, inputs: inputs)
                    else {
                        let (code, sentence) = complaint(about: line, inputs: inputs)
                        return message(file, number, line, code, sentence)
                    }
                    try writer.add(line, number: number, inputs: inputs)
                    report.recordsRead += 1
                }
                number += 1
            }
            report.bytesRead += buffer.count
            progress?.update { report }
        }
        return nil
    }

    private func next(
        of source: BlockSource, into buffer: inout ByteBuffer
    ) throws(CommandFailure) -> BlockPosition? {
        do throws(InputFailure) {
            return try source.next(into: &buffer)?.position
        } catch {
            throw error.commandFailure
        }
    }

    private func message(
        _ file: InputFile, _ number: Int, _ line: ByteView, _ code: String, _ sentence: String
    ) -> Message {
        Message(
            file: file.name, line: number, column: 1, code: code, sentence: sentence,
            excerpt: Excerpt(around: 0, of: line))
    }

    private func complaint(
        about line: ByteView, inputs: Int
    ) -> (code: String, sentence: String) {
        if let limit = limit(.maxInputs), inputs > limit.value {
            return (
                "too_many_inputs",
                "this record alone has \(Numbers.count(inputs, "input")), the limit is "
                    + Numbers.grouped(limit.value)
            )
        }
        let size = line.count + 1
        if let limit = limit(.maxBytes), size > limit.value {
            return (
                "file_too_large",
                "this record alone is \(Numbers.bytes(size)), \(target.provider) allows "
                    + "\(Numbers.bytes(limit.value)) a file"
            )
        }
        let tokens = Numbers.count(TokenEstimate.tokens(bytes: size), "token")
        let limit = Numbers.grouped(limit(.maxTokens)?.value ?? 0)
        return (
            "too_many_tokens",
            "this record alone is about \(tokens) (bytes / 4), the limit is \(limit)"
        )
    }

    // MARK: - Endings

    private func writeManifest(
        _ parts: [PartWriter.Part], _ file: InputFile
    ) throws(CommandFailure) {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", 1)
            json.member("source", file.argument)
            json.member("target", target.description)
            json.member("records", parts.reduce(0) { $0 + $1.records })
            json.member("bytes", parts.reduce(0) { $0 + $1.bytes })
            json.object("limits") { json in
                let hasInputs = parts.contains { $0.inputs > 0 }
                for key in BatchLimit.Key.allCases where key != .maxInputs || hasInputs {
                    if let limit = limit(key) { json.member(key.rawValue, limit.value) }
                }
            }
            json.list("parts") { json in
                for part in parts {
                    json.object { json in
                        json.member("file", part.name)
                        json.member("records", part.records)
                        json.member("bytes", part.bytes)
                        json.member("first_line", part.firstLine)
                        json.member("first_id", part.firstID)
                        json.member("last_id", part.lastID)
                    }
                }
            }
        }
        json.endLine()
        let manifest = try OutputFile(try folder.manifest())
        try json.bytes.withBytes { (bytes) throws(CommandFailure) in try manifest.add(bytes) }
        try manifest.finish()
    }

    private func summarize(_ parts: [PartWriter.Part]) {
        let counts = parts.map { Numbers.count($0.records, "record") }
        let sizes = parts.map { Numbers.bytes($0.bytes) }
        let countWidth = counts.map(\.count).max() ?? 0
        let sizeWidth = sizes.map(\.count).max() ?? 0
        for (index, part) in parts.enumerated() {
            let count = String(repeating: " ", count: countWidth - counts[index].count)
            let size = String(repeating: " ", count: sizeWidth - sizes[index].count)
            terminal.remark(
                "\(folder.path)/\(part.name)  \(count)\(counts[index])  \(size)\(sizes[index])")
        }
        let warning = terminal.styled("warning:", .warning)
        if let limit = limit(.minRecords),
            let small = parts.first(where: { $0.records < limit.value })
        {
            let check = RunReport.LimitCheck(limit: limit, actual: small.records)
            terminal.remark(
                "\(warning) \(small.name): "
                    + LimitTable.sentence(check, target: target.provider))
        }
        let total = parts.reduce(0) { $0 + $1.records }
        terminal.remark(
            "wrote \(Numbers.count(parts.count, "part")) and \(folder.manifestPath): "
                + Numbers.count(total, "record"))
    }
}
