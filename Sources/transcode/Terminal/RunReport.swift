// SPDX-License-Identifier: Apache-2.0

// The report of a run as JSON: version 1 of its schema.

import JSONLCodec
import Transcoder

/// Everything that a report says.
struct RunReport {
    /// A limit of the target, and how the batch compares.
    struct LimitCheck {
        let limit: BatchLimit
        let actual: Int

        var isKept: Bool {
            limit.key == .minRecords ? actual >= limit.value : actual <= limit.value
        }
    }

    /// What became of the requests of a batch.
    struct BatchCounts {
        let file: String
        let requests: Int
        let succeeded: Int
        let failed: Int
        let missing: Int
    }

    let command: Verb
    /// The inputs as they were typed.
    var inputs: [String] = []
    /// The inputs as messages and `report` name them, by index.
    var names: [String] = []
    var source: FormatID?
    var kind: RecordKind?
    var target: FormatID?
    /// The output as it was typed, `-` for standard output, nil where there is none.
    var output: String?
    var report = Report()
    var messages: [Message] = []
    var rejectedCount = 0
    var limits: [LimitCheck] = []
    var models: [(name: String, records: Int)] = []
    /// For commands that compare results with requests.
    var batch: BatchCounts?
    var seconds = 0.0

    /// Nothing was written in the end: the first bad record stopped it.
    mutating func withdrawOutput() {
        rejectedCount = 1
        report.recordsWritten = 0
        report.recordsPassedThrough = 0
        report.bytesWritten = 0
        report.bytesCopied = 0
        report.bytesRewritten = 0
        report.losses = []
        limits = []
        models = []
    }

    /// Appends the report, and a line feed.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("schema", 1)
            json.member("command", command.rawValue)
            json.object("source") { writeSource(&$0) }
            if target != nil || output != nil {
                json.object("target") { writeTarget(&$0) }
            } else {
                json.member("target", nil as String?)
            }
            json.object("records") { json in
                json.member("read", report.recordsRead)
                json.member("written", report.recordsWritten)
                json.member("rejected", rejectedCount)
                json.member("passed_through", report.recordsPassedThrough)
            }
            if let batch {
                json.object("requests") { json in
                    json.member("file", batch.file)
                    json.member("count", batch.requests)
                    json.member("succeeded", batch.succeeded)
                    json.member("failed", batch.failed)
                    json.member("missing", batch.missing)
                }
            }
            json.list("losses") { json in report.losses.forEach { write($0, &json) } }
            json.list("errors") { json in messages.forEach { write($0, &json) } }
            json.object("models") { json in
                for model in models { json.member(model.name, model.records) }
            }
            json.member("bytes_copied", report.bytesCopied)
            json.member("bytes_rewritten", report.bytesRewritten)
            json.member("seconds", decimal: seconds)
            json.list("limits") { json in limits.forEach { write($0, &json) } }
        }
        json.endLine()
    }

    private func writeSource(_ json: inout JSONWriter) {
        json.member("file", inputs.count == 1 ? inputs[0] : nil)
        if inputs.count > 1 {
            json.list("files") { json in inputs.forEach { json.string($0) } }
        }
        json.member("format", source?.description)
        json.member("kind", kind?.rawValue)
        json.member("bytes", report.bytesRead)
        json.member("records", report.recordsRead)
        json.member("blank_lines", report.blankLines)
    }

    private func writeTarget(_ json: inout JSONWriter) {
        json.member("file", output)
        json.member("format", target?.description)
        json.member("kind", kind?.rawValue)
        json.member("bytes", report.bytesWritten)
        json.member("records", report.recordsWritten)
    }

    private func write(_ loss: LossEntry, _ json: inout JSONWriter) {
        json.object { json in
            json.member("code", loss.code.rawValue)
            json.member("path", loss.path)
            json.member("count", loss.count)
            json.object("first") { json in
                json.member("file", argument(loss.first.file))
                json.member("line", loss.first.line)
                json.member("column", loss.first.column)
            }
        }
    }

    private func write(_ message: Message, _ json: inout JSONWriter) {
        json.object { json in
            json.member("file", names.firstIndex(of: message.file).map(argument) ?? message.file)
            json.member("line", message.line)
            json.member("column", message.column)
            json.member("path", message.path)
            json.member("code", message.code)
            json.member("message", message.sentence)
            json.member("record_id", message.recordID)
        }
    }

    private func write(_ check: LimitCheck, _ json: inout JSONWriter) {
        json.object { json in
            json.member("key", check.limit.key.rawValue)
            json.member("limit", check.limit.value)
            json.member("actual", check.actual)
            json.member("ok", check.isKept)
        }
    }

    private func argument(_ index: Int) -> String {
        inputs.indices.contains(index) ? inputs[index] : ""
    }
}
