// SPDX-License-Identifier: Apache-2.0

// Lines are the same however the input is cut into chunks.

import Foundation
import Testing

@testable import JSONLCodec

@Suite struct LineSplitterTests {
    struct SplitLine: Equatable {
        var number: Int
        var bytes: [UInt8]
        var offset = 0
    }

    static let names = fixtureNames("lines", suffix: ".bin")

    /// The lines of an input that are not blank, cut into chunks of a size.
    func split(
        _ input: [UInt8], chunk: Int, limit: Int = Limits().lineByteLimit
    ) -> (lines: [SplitLine], tooLong: [Int]) {
        var splitter = LineSplitter(lineByteLimit: limit)
        var lines: [SplitLine] = []
        var tooLong: [Int] = []
        let take = { (line: Line) in
            if line.isTooLong { return tooLong.append(line.number) }
            guard !line.bytes.isBlank else { return }
            var bytes = (0..<line.bytes.count).map { line.bytes[$0] }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            lines.append(SplitLine(number: line.number, bytes: bytes, offset: line.offset))
        }
        var start = 0
        while start < input.count {
            let end = min(input.count, start + chunk)
            ByteView.with(Array(input[start..<end]).span.bytes) { splitter.feed($0, take) }
            start = end
        }
        splitter.finish(take)
        return (lines, tooLong)
    }

    @Test(arguments: names)
    func linesDoNotDependOnChunks(name: String) throws {
        let input = try fixture("lines", name)
        let json = try fixture(
            "lines", name.replacingOccurrences(of: ".bin", with: ".expected.json"))
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(json)) as? [[Any]])
        let whole = split(input, chunk: max(input.count, 1)).lines
        #expect(whole.map(\.number) == rows.map { $0[0] as? Int })
        let hex = whole.map { $0.bytes.map { String(format: "%02x", $0) }.joined() }
        #expect(hex == rows.map { $0[1] as? String })
        for line in whole {
            #expect(Array(input[line.offset..<line.offset + line.bytes.count]) == line.bytes)
        }
        for chunk in [1, 2, 3, 5, 7, 16, 64, 1000, 4096] where chunk < input.count {
            if chunk < 3, input.count > 20_000 { continue }
            #expect(split(input, chunk: chunk).lines == whole, "chunks of \(chunk)")
        }
    }

    @Test func longLinesAreReportedAndTheRestGoesOn() {
        let input =
            Array("{}\n".utf8) + Array(repeating: UInt8(ascii: "x"), count: 5000)
            + Array("\n[1]\n".utf8)
        for chunk in [1, 100, 4096, 10_000] {
            let (lines, tooLong) = split(input, chunk: chunk, limit: 1000)
            #expect(lines.map(\.number) == [1, 3], "chunks of \(chunk)")
            #expect(lines.map(\.offset) == [0, 5004])
            #expect(tooLong == [2])
        }
    }

    @Test func linesUpToTheLimitAreKept() {
        let line = Array(repeating: UInt8(ascii: "1"), count: 1000)
        for chunk in [1, 999, 1000, 1001, 5000] {
            let (lines, tooLong) = split(line + Array("\n2".utf8), chunk: chunk, limit: 1000)
            #expect(lines.map(\.bytes.count) == [1000, 1], "chunks of \(chunk)")
            #expect(tooLong.isEmpty)
        }
    }
}
