// SPDX-License-Identifier: Apache-2.0

// The manifest.json.out that Bedrock writes beside the results of a job.

import JSONLCodec
import Transcoder

/// Counts and tokens of a batch, under the names that Bedrock gives them.
///
/// Source: AWS, Bedrock user guide, "View the results of a batch inference job": six integers.
struct BatchManifest {
    private let ledger: ResultLedger

    init(_ ledger: ResultLedger) { self.ledger = ledger }

    func write(to target: OutputFile.Target) throws(CommandFailure) {
        var json = JSONWriter()
        json.object { json in
            json.member("totalRecordCount", ledger.requestCount)
            json.member("processedRecordCount", ledger.succeededCount + ledger.failedCount)
            json.member("successRecordCount", ledger.succeededCount)
            json.member("errorRecordCount", ledger.failedCount)
            json.member("inputTokenCount", ledger.usage.input)
            json.member("outputTokenCount", ledger.usage.output)
        }
        json.endLine()
        let file = try OutputFile(target)
        try json.bytes.withBytes { (bytes) throws(CommandFailure) in try file.add(bytes) }
        try file.finish()
    }
}
