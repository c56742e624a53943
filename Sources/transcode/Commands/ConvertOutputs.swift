// SPDX-License-Identifier: Apache-2.0

// The files that a conversion writes: records, rejected lines, reasons, report.

import JSONLCodec
import Transcoder

/// The files of a conversion, open for writing.
final class ConvertOutputs: BlockSink {
    private let output: OutputFile
    private let rejects: OutputFile?
    private let reasons: OutputFile?

    init(_ targets: Targets) throws(CommandFailure) {
        if let target = targets.output {
            output = try OutputFile(target)
        } else {
            output = OutputFile()
        }
        guard let target = targets.rejects else {
            rejects = nil
            reasons = nil
            return
        }
        rejects = try OutputFile(target)
        reasons = try targets.reasons.map { (target) throws(CommandFailure) in
            try OutputFile(target)
        }
    }

    func take(
        _ block: borrowing BlockConverter, _ source: borrowing ByteBuffer, _ position: BlockPosition
    ) throws(CommandFailure) {
        try block.withOutput { (bytes) throws(CommandFailure) in try output.add(bytes) }
        guard let rejects else { return }
        try block.withRejects { (bytes) throws(CommandFailure) in try rejects.add(bytes) }
    }

    /// Writes the reasons and gives all files their names.
    func finish(reasons messages: [Message], total: Int) throws(CommandFailure) {
        if let reasons {
            var text = ByteBuffer()
            for message in messages {
                text.append(utf8: message.reason)
                text.append("\n")
            }
            if total > messages.count {
                text.append(utf8: "... and \(Numbers.grouped(total - messages.count)) more\n")
            }
            try text.withBytes { (bytes) throws(CommandFailure) in try reasons.add(bytes) }
        }
        try rejects?.finish()
        try reasons?.finish()
        // Last, since its name says that all is done.
        try output.finish()
    }

    /// Ends everything without a trace; nothing after ``finish(reasons:total:)``.
    func abandon() {
        output.abandon()
        rejects?.abandon()
        reasons?.abandon()
    }
}

extension ConvertOutputs {
    /// The files that are to be written, looked at before anything is read.
    struct Targets {
        let output: OutputFile.Target?
        let rejects: OutputFile.Target?
        let reasons: OutputFile.Target?
        private let report: OutputFile.Target?
        private let isReportPrinted: Bool

        init(_ arguments: ParsedArguments) throws(CommandFailure) {
            let name = arguments[.output]
            isReportPrinted = arguments[.report] == "-"
            if isReportPrinted, name == nil || name == "-" {
                throw .usage("--report - and the records cannot both go to standard output: use -o")
            }
            let compresses = arguments[.compressed] != "none"
            output = name == "-" ? nil : try Self.target(name, compresses: compresses)
            rejects = try Self.target(arguments[.rejects], compresses: compresses)
            reasons = try Self.target(arguments[.rejects].map { "\($0).txt" })
            report = isReportPrinted ? nil : try Self.target(arguments[.report])
            let paths = all.filter(\.isReplaced).map(\.path)
            guard Set(paths).count == paths.count else {
                throw .usage("two outputs have the same name")
            }
        }

        private static func target(
            _ name: String?, compresses: Bool = false
        ) throws(CommandFailure) -> OutputFile.Target? {
            guard let name else { return nil }
            return try OutputFile.Target(name, compresses: compresses)
        }

        private var all: [OutputFile.Target] {
            [output, rejects, reasons, report].compactMap { $0 }
        }

        /// A report is written somewhere.
        var isReporting: Bool { isReportPrinted || report != nil }

        /// Refuses to overwrite files unless the user wants it.
        func check(force: Bool) throws(CommandFailure) {
            for target in all { try target.requireFree(force: force) }
        }

        /// Finds out before anything is written whether all inputs are there and none is an output.
        func check(inputs: [String]) throws(CommandFailure) {
            guard inputs.count(where: { $0 == "-" }) <= 1 else {
                throw .usage("standard input can be read once only")
            }
            for input in inputs {
                let status: FileStatus
                do throws(SystemError) {
                    if input == "-" {
                        status = try System.status(System.standardInput)
                    } else {
                        try System.requireReadable(input)
                        status = try System.status(input)
                    }
                    if status.kind == .directory { throw .isDirectory }
                } catch {
                    throw .file(InputFile.name(of: input), error)
                }
                try requireOther(than: status, named: InputFile.name(of: input))
            }
        }

        /// Refuses outputs that are one of the inputs.
        private func requireOther(than input: FileStatus, named name: String) throws(CommandFailure)
        {
            for target in all { try target.requireOther(than: input, named: name) }
            guard output == nil, input.kind == .regular,
                let status = try? System.status(System.standardOutput), status.isSame(as: input)
            else { return }
            throw .file(name, "is the same file as standard output")
        }

        /// What became of the output when a bad record stopped the run.
        var nothingWritten: String {
            output == nil ? "the output is not complete" : "nothing was written"
        }

        /// Writes the report to where it belongs.
        func write(_ report: RunReport) throws(CommandFailure) {
            guard isReporting else { return }
            var json = JSONWriter()
            report.write(to: &json)
            let file = try self.report.map { (target) throws(CommandFailure) in
                try OutputFile(target)
            }
            let place = file ?? OutputFile()
            try json.bytes.withBytes { (bytes) throws(CommandFailure) in try place.add(bytes) }
            try place.finish()
        }
    }
}
