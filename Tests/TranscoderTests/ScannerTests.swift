// SPDX-License-Identifier: Apache-2.0

// What records say about themselves is the same in every format that says it.

import Foundation
import Testing

@testable import Transcoder

@Suite struct ScannerTests {
    private static func scan(_ text: String, expected: Detection? = nil) -> [RecordSummary] {
        scan([UInt8](text.utf8), expected: expected)
    }

    private static func scan(_ bytes: [UInt8], expected: Detection? = nil) -> [RecordSummary] {
        var scanner = RecordScanner(expected: expected)
        var records: [RecordSummary] = []
        scanner.scan(
            bytes.span.bytes, BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        ) { records.append($0) }
        return records
    }

    /// Errors of which Google has no code of their own.
    private static let sharedCodes = ["error-402", "error-413", "expired"]

    @Test(arguments: CaseTests.results)
    func resultsAgree(folder: URL) throws {
        let spellings = try Spellings(folder, .result)
        let records = try spellings.formats.map { format in
            let records = Self.scan(try spellings.bytes(format))
            #expect(records.count == 1)
            return try #require(records.first)
        }
        let first = try #require(records.first)
        for (format, record) in zip(spellings.formats, records) {
            #expect(record.format?.provider == FormatID(format)?.provider)
            #expect(record.kind == .result)
            #expect(record.id == first.id)
            #expect(record.fault == nil)
            #expect(record.end == first.end, "\(spellings.name) \(format)")
            #expect((record.failure == nil) == (first.failure == nil))
            if format != "gemini" || !Self.sharedCodes.contains(spellings.name) {
                #expect(record.failure == first.failure, "\(spellings.name) \(format)")
            }
            if let usage = record.usage, let other = first.usage {
                #expect(usage.input == other.input, "\(spellings.name) \(format)")
                #expect(usage.output == other.output, "\(spellings.name) \(format)")
            }
        }
    }

    @Test(arguments: CaseTests.requests)
    func requestsAgree(folder: URL) throws {
        let spellings = try Spellings(folder, .request)
        var ids: Set<String> = []
        for format in spellings.formats {
            for record in Self.scan(try spellings.bytes(format)) {
                #expect(record.kind == .request)
                #expect(record.format?.provider == FormatID(format)?.provider)
                #expect(record.fault == nil)
                #expect(record.failure == nil)
                if let id = record.id { ids.insert(id) }
            }
        }
        #expect(!ids.isEmpty)
    }

    @Test func placesAndModelsAreToldExactly() throws {
        let first =
            #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":"#
            + #"{"model":"m","n":3,"max_tokens":5,"messages":[{"role":"user","content":"x"}]}}"#
        let second =
            #"{"recordId":"b","modelInput":{"messages":[{"role":"user","content":"#
            + #"[{"text":"x"}]}]}}"#
        let records = Self.scan("\u{FEFF}\(first)\r\n \n\n\(second)")
        try #require(records.count == 2)
        #expect(records.map(\.line) == [1, 4])
        #expect(records.map(\.offset) == [3, 3 + first.utf8.count + 2 + 2 + 1])
        #expect(records.map(\.byteCount) == [first.utf8.count + 1, second.utf8.count])
        #expect(records.map(\.id) == ["a", "b"])
        #expect(records.map(\.idColumn) == [14, 13])
        #expect(records.map(\.model) == ["m", nil])
        #expect(records.map(\.maxOutputTokens) == [15, nil])
    }

    @Test func faultsSayWhereAndKeepTheID() throws {
        let expected = Detection.detect(line: #"{"key":"a","response":{}}"#.utf8.span.bytes)
        let records = Self.scan(
            "{\n[]\n{\"custom_id\":\"a\",\"response\":{\"status_code\":200}}\n{\"x\":1}\n",
            expected: expected)
        #expect(
            records.map(\.fault?.code)
                == ["json.syntax", "not_an_object", "missing_field", "missing_field"])
        #expect(records.map(\.failure) == records.map(\.fault?.code))
        #expect(records.map(\.id) == [nil, nil, "a", nil])
        #expect(records.map(\.kind) == [.result, .result, .result, .result])
        #expect(records[2].fault?.path == "$.response.body")
        #expect(Self.scan("{\"x\":1}").first?.fault?.code == "unknown_format")
        #expect(Self.scan("{\"x\":1}").first?.kind == nil)
    }

    @Test func brokenRecordsAreNoTrap() throws {
        let folder = Fixtures.root.deletingLastPathComponent().appending(path: "Fuzz/corpus")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count > 50)
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
                for record in Self.scan(Array(bytes[..<length])) {
                    #expect(record.offset + record.byteCount <= length)
                    #expect(record.fault == nil || record.kind == .request || record.failure != nil)
                }
            }
        }
    }

    @Test func hugeTokenLimitsAreNoTrap() {
        let huge =
            #"{"custom_id":"a","url":"/v1/chat/completions","body":{"model":"m","#
            + #""n":9000000000000000000,"max_tokens":9000000000000000000,"#
            + #""messages":[{"role":"user","content":"x"}]}}"#
        let records = Self.scan(huge)
        #expect(records.count == 1)
        #expect(records.first?.maxOutputTokens == nil)
    }
}
