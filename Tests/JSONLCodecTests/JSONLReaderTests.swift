// SPDX-License-Identifier: Apache-2.0

// The reader that users of the library see: lines, numbers, offsets and faults.

import JSONLCodec
import Testing

@Suite struct JSONLReaderTests {
    private func read(_ text: String, chunk: Int, limit: Int = 1000) -> [JSONLLine] {
        let input = Array(text.utf8)
        var reader = JSONLReader(limits: Limits(lineByteLimit: limit))
        var lines: [JSONLLine] = []
        var start = 0
        while start < input.count {
            let end = min(input.count, start + chunk)
            reader.feed(Array(input[start..<end]).span.bytes) { _, line in lines.append(line) }
            start = end
        }
        reader.finish { _, line in lines.append(line) }
        return lines
    }

    @Test(arguments: [1, 2, 5, 1000])
    func linesAreNumberedAndChecked(chunk: Int) {
        let lines = read("\u{FEFF}{\"a\":1}\r\n\n [1,]\n{\"b\":\"\\ud800\"}\n2", chunk: chunk)
        #expect(lines.map(\.number) == [1, 3, 4, 5])
        #expect(lines.map(\.offset) == [3, 13, 19, 34])
        #expect(lines.map { $0.fault?.code } == [nil, .syntax, .loneSurrogate, nil])
        #expect(lines.map { $0.fault?.offset } == [nil, 4, 6, nil])
    }

    @Test(arguments: [1, 7, 100])
    func longLinesFailAlone(chunk: Int) {
        let long = "\"" + String(repeating: "x", count: 50) + "\""
        let lines = read("1\n\(long)\n2\n", chunk: chunk, limit: 20)
        #expect(lines.map(\.number) == [1, 2, 3])
        #expect(lines.map { $0.fault?.fault } == [nil, .tooLong, nil])
    }
}
