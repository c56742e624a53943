// SPDX-License-Identifier: Apache-2.0

// Reading an index: members, text, numbers, paths, and JSON that changes its level.

import Testing

@testable import JSONLCodec

/// Indexes a text and calls a function with the view.
func withView<Result>(_ text: String, _ body: (JSONView) throws -> Result) throws -> Result {
    var indexer = JSONIndexer()
    let bytes = Array(text.utf8)
    return try ByteView.with(bytes.span.bytes) { try body(indexer.index($0)) }
}

@Suite struct IndexTests {
    private enum Name: String, MemberName {
        case id, maxTokens, systemInstruction, a, inlineData
    }

    @Test func membersAndElementsStandInOrder() throws {
        try withView(#" {"a" : [1, "x", {"b":null}] , "c":{} , "d":true} "#) { view in
            let names = view.members(.root).map { view.decoded($0.name) }
            #expect(names == ["a", "c", "d"])
            let list = try #require(view.members(.root).first { _ in true }).value
            #expect(
                view.elements(list).map { view.source($0).text } == ["1", "\"x\"", #"{"b":null}"#])
            #expect(view.childCount(list) == 3)
            #expect(view.hasBlanks(list))
            #expect(view.elements(.root).map { $0 }.isEmpty)
        }
    }

    @Test func valuesAreFreedOfBlanksOnlyOutsideOfStrings() throws {
        try withView(#"{ "a b" : [ 1.0 , "x \" y" ] ,"c":1E5 }"#) { view in
            var buffer = ByteBuffer()
            buffer.append(minified: .root, of: view)
            #expect(buffer.view.text == #"{"a b":[1.0,"x \" y"],"c":1E5}"#)
            buffer.removeAll()
            buffer.append(escapingMinified: .root, of: view)
            #expect(buffer.view.text == #"{\"a b\":[1.0,\"x \\\" y\"],\"c\":1E5}"#)
        }
    }

    @Test(arguments: [
        (#"a\n\t\"\\\/\b\f\r"#, "a\n\t\"\\/\u{8}\u{C}\r"), (#"\u00e9\u20ac"#, "é€"),
        (#"\ud83d\ude00x"#, "😀x"), (#"\u0000"#, "\u{0}"), ("plain", "plain"), ("", ""),
    ])
    func escapesAreDecoded(escaped: String, plain: String) throws {
        try withView("\"\(escaped)\"") { view in
            #expect(view.decoded(.root) == plain)
            var buffer = ByteBuffer()
            var text = ByteBuffer()
            text.append(utf8: plain)
            buffer.append(escaping: text.view)
            try withView("\"\(buffer.view.text)\"") { #expect($0.decoded(.root) == plain) }
        }
    }

    @Test func knownNamesAreFoundInEitherSpelling() throws {
        let table = MemberTable<Name>(acceptsSnakeCase: true)
        let spellings: [(StaticString, Name?)] = [
            ("id", .id), ("maxTokens", .maxTokens), ("max_tokens", .maxTokens),
            ("system_instruction", .systemInstruction), ("inline_data", .inlineData), ("a", .a),
            ("systemInstructioN", nil), ("", nil), ("b", nil), ("maxtokens", nil),
        ]
        for (spelling, name) in spellings {
            #expect(table.find(ByteView(spelling))?.name == name, "\(spelling)")
        }
    }

    @Test(
        arguments: [
            ("5", 5), ("5.0", 5), ("5e2", 500), ("-0", 0), ("1200E-2", 12), ("\"848\"", 848),
            ("5.5", nil), ("1e400", nil), ("12345678901234567890123", nil), ("true", nil),
            ("\"8x\"", nil), ("9007199254740993", 9_007_199_254_740_993),
            ("100000000000000000000e-20", 1),
        ] as [(String, Int?)])
    func wholeNumbersAreReadExactly(text: String, value: Int?) throws {
        try withView(text) { #expect($0.integer(.root) == value, "\(text)") }
    }

    @Test(arguments: [
        ("1.0", false), ("1.00001", true), ("0.99", false), ("1e0", false), ("1.5", true),
        ("1e30", true), ("-5", false), ("0.1e2", true), ("1e-400", false), ("2", true),
    ])
    func comparisonsAreExact(text: String, isGreater: Bool) throws {
        try withView(text) { view in
            let number = try #require(view.number(.root))
            #expect(number.isGreater(than: 1) == isGreater, "\(text)")
        }
    }

    @Test func pathsNameMembersAndIndices() throws {
        try withView(#"{"a":[{"b":1},{"c d":[0,[7]]}],"e":2}"#) { view in
            var found: [String: String] = [:]
            for position in 0..<UInt32(view.nodeCount) {
                let node = NodeID(position)
                guard view.kind(node) == .number else { continue }
                var path = ByteBuffer()
                path.append(pathTo: node, of: view)
                found[view.source(node).text] = path.view.text
            }
            #expect(
                found == ["1": "a[0].b", "0": "a[1].c d[0]", "7": "a[1].c d[1][0]", "2": "e"])
        }
        let broken = Array(#"{"a":[1,{"b":x}]}"#.utf8)
        ByteView.with(broken.span.bytes) { text in
            #expect(JSONPath.path(toByte: 13, in: text) == "$.a[1].b")
        }
    }

    @Test func memoryIsReusedFromLineToLine() throws {
        var indexer = JSONIndexer()
        for count in [10, 100_000, 3] {
            let text = Array(
                ("[" + Array(repeating: "1", count: count).joined(separator: ",") + "]").utf8)
            try ByteView.with(text.span.bytes) { bytes in
                let view = try indexer.index(bytes)
                #expect(view.nodeCount == count + 1)
                #expect(view.childCount(.root) == count)
            }
        }
    }
}
