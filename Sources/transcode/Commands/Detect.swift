// SPDX-License-Identifier: Apache-2.0

// transcode detect: what files are, one line each.

import JSONLCodec
import Transcoder

/// One run of `transcode detect`.
struct Detect {
    private let settings: Settings
    private let terminal: Terminal
    private let inputs: [String]
    private let isJSON: Bool

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        inputs = arguments.operands.isEmpty ? ["-"] : arguments.operands
        isJSON = arguments.has(.json)
    }

    /// Looks at one file after the other; the worst of them gives the status.
    func run() throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.success
        for input in inputs {
            do throws(CommandFailure) {
                status = status.combined(with: try detect(input))
            } catch {
                guard error.status != .usage, !error.isClosedPipe else { throw error }
                if let message = error.message { terminal.say("transcode: \(message)") }
                status = status.combined(with: error.status)
            }
        }
        return status
    }

    private func detect(_ input: String) throws(CommandFailure) -> ExitStatus {
        let file: InputFile
        do throws(SystemError) {
            file = try InputFile(input, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: input), error)
        }
        switch try settings.detect(file) {
        case .found(let detection):
            let probe = try probe(file)
            try Terminal.print(
                isJSON ? json(file, detection, probe) : line(file, detection, probe))
            return .success
        case .empty, .asTold:
            return try refuse(file, file.complaint(provider: settings.source?.provider))
        case .unknown(let message):
            return try refuse(file, message)
        }
    }

    /// Reads the whole file.
    private func probe(_ file: InputFile) throws(CommandFailure) -> RecordProbe {
        let source = BlockSource(
            file, others: [], expected: nil, provider: nil,
            lineByteLimit: settings.limits.lineByteLimit, decompresses: settings.decompresses)
        var probe = RecordProbe(keepsIDs: false)
        var buffer = ByteBuffer(capacity: BlockSource.blockByteCount + (64 << 10))
        do throws(InputFailure) {
            while let block = try source.next(into: &buffer) {
                probe.look(at: buffer, block.position)
            }
        } catch {
            throw error.commandFailure
        }
        return probe
    }

    private func refuse(
        _ file: InputFile, _ message: Message
    ) throws(CommandFailure) -> ExitStatus {
        if isJSON {
            var json = JSONWriter()
            json.object { json in
                json.member("file", file.argument)
                json.member("format", nil)
                json.member("kind", nil)
                json.object("error") { json in
                    json.member("code", message.code)
                    json.member("line", message.line)
                    json.member("column", message.column)
                    json.member("message", message.sentence)
                }
            }
            json.endLine()
            try Terminal.print(json.text)
        } else {
            MessagePrinter(terminal: terminal, limit: 1).print([message], total: 1)
            MessageHints.print(for: [message], terminal)
        }
        return .input
    }

    /// Such as `batch.jsonl: openai/chat requests, 48,213 records, model gpt-4o-mini`.
    private func line(
        _ file: InputFile, _ detection: Detection, _ probe: borrowing RecordProbe
    ) -> String {
        var line = "\(file.name): \(detection.format) \(detection.kind.rawValue)s, "
        line += Numbers.count(probe.recordCount, "record")
        let names = probe.models.map(\.value)
        guard !names.isEmpty else { return line + "\n" }
        let shown = names.prefix(4).joined(separator: ", ")
        line += names.count == 1 ? ", model \(shown)" : ", models \(shown)"
        if names.count > 4 { line += " and \(names.count - 4) more" }
        return line.printable + "\n"
    }

    private func json(
        _ file: InputFile, _ detection: Detection, _ probe: borrowing RecordProbe
    ) -> String {
        var json = JSONWriter()
        let models = probe.models
        let (records, blanks, bytes) = (probe.recordCount, probe.blankCount, probe.byteCount)
        json.object { json in
            json.member("file", file.argument)
            json.member("format", detection.format.description)
            json.member("provider", detection.format.provider)
            json.member("dialect", detection.format.dialect)
            json.member("kind", detection.kind.rawValue)
            json.member("records", records)
            json.member("blank_lines", blanks)
            json.member("bytes", bytes)
            json.object("models") { json in
                for model in models { json.member(model.value, model.count) }
            }
        }
        json.endLine()
        return json.text
    }
}
