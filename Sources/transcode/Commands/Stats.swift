// SPDX-License-Identifier: Apache-2.0

// transcode stats: what request and result files add up to.

import JSONLCodec
import Transcoder

/// One run of `transcode stats`.
struct Stats {
    private let settings: Settings
    private let terminal: Terminal
    private let inputs: [String]
    private let price: TokenPrice?
    private let isJSON: Bool

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        inputs = arguments.operands.isEmpty ? ["-"] : arguments.operands
        price = try arguments[.price].map { (text) throws(CommandFailure) in try TokenPrice(text) }
        isJSON = arguments.has(.json)
    }

    /// Looks at one file after the other; the worst of them gives the status.
    func run() throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.success
        let total = Sum()
        var fileCount = 0
        for input in inputs {
            do throws(CommandFailure) {
                status = status.combined(with: try read(input, total))
                fileCount += 1
            } catch {
                guard error.status != .usage, !error.isClosedPipe else { throw error }
                if let message = error.message { terminal.say("transcode: \(message)") }
                status = status.combined(with: error.status)
            }
        }
        if fileCount > 1, !isJSON {
            try print(total.statistics, "total of \(fileCount) files", format: nil)
        }
        return status
    }

    /// Statistics that blocks are added to while they are read.
    private final class Sum {
        var statistics = Statistics()
    }

    private func read(_ input: String, _ total: Sum) throws(CommandFailure) -> ExitStatus {
        let file: InputFile
        do throws(SystemError) {
            file = try InputFile(input, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: input), error)
        }
        let expected: Detection
        switch try settings.detect(file) {
        case .found(let detection): expected = detection
        case .empty, .asTold: throw terminal.refuse(file.complaint(provider: nil))
        case .unknown(let message): throw terminal.refuse(message)
        }
        let source = BlockSource(
            file, others: [], expected: nil, provider: nil,
            lineByteLimit: settings.limits.lineByteLimit, decompresses: settings.decompresses)
        let sum = Sum()
        let pass = RecordPass(
            source: source, limits: settings.limits, expected: expected, jobs: settings.jobs,
            progress: Progress(
                terminal, totalByteCount: InputFile.totalByteCount(file, others: [])))
        try pass.run { (block, _) throws(CommandFailure) in
            for sum in [sum, total] {
                for record in block.records { sum.statistics.add(record) }
                sum.statistics.blankCount += block.blankCount
                sum.statistics.byteCount += block.byteCount
            }
        }
        if isJSON {
            let report = StatisticsReport(
                statistics: sum.statistics, name: file.argument, format: expected, price: price)
            try Terminal.print(report.json)
        } else {
            try print(sum.statistics, file.name, format: expected)
        }
        return sum.statistics.faultCount > 0 ? .news : .success
    }

    private func print(
        _ statistics: Statistics, _ name: String, format: Detection?
    ) throws(CommandFailure) {
        let report = StatisticsReport(
            statistics: statistics, name: name, format: format, price: price)
        let isDrawn = System.isTerminal(System.standardOutput)
        try Terminal.print(report.table + (isDrawn ? report.bars : ""))
    }
}
