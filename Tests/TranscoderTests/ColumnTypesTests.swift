// SPDX-License-Identifier: Apache-2.0

// Vertex AI imports one type for a member over a whole file: the later record is refused.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct ColumnTypesTests {
    private func line(_ id: String, _ arguments: String?) -> String {
        let call = arguments.map {
            #",{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","#
                + #""function":{"name":"f","arguments":"\#($0.replacing("\"", with: "\\\""))"}}]},"#
                + #"{"role":"tool","tool_call_id":"c","content":"r"}"#
        }
        return #"{"custom_id":"\#(id)","url":"/v1/chat/completions","body":{"model":"m","#
            + #""messages":[{"role":"user","content":"q"}\#(call ?? "")]}}"#
    }

    private func configuration(
        _ target: String, _ policy: Configuration.ErrorPolicy
    ) throws
        -> Configuration
    {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.source = FormatID("openai")
        configuration.kind = .request
        configuration.onError = policy
        configuration.keepsRejects = true
        return configuration
    }

    private let arguments: [(text: String?, isFine: Bool)] = [
        (#"{"a":1,"b":{"c":"x"},"l":[1]}"#, true), (nil, true), (#"{"a":2.5e3}"#, true),
        (#"{"a":"1"}"#, false), (#"{"a":null,"new":true}"#, true), (#"{"b":[]}"#, false),
        (#"{"b":{"c":0},"other":1}"#, false), (#"{"l":["x"]}"#, false), (#"{"l":{}}"#, false),
        // Of a record that was refused nothing stays.
        (#"{"other":"x","new":false}"#, true), (#"{"mixed":[1,"x"]}"#, false),
        (#"{"mixed":["x"]}"#, true), (#"{"new":1}"#, false),
    ]

    @Test(arguments: [64, 700, Int.max])
    func theFirstTypeCounts(chunk: Int) throws {
        let lines = arguments.enumerated().map { line("r\($0)", $1.text) }
        let text = Array(lines.joined(separator: "\n").utf8)
        let outcome = try convert(
            text, configuration("gemini/vertex", .skip), chunkByteCount: chunk)
        let refused = arguments.indices.filter { !arguments[$0].isFine }
        #expect(outcome.report.errors.map { $0.place.line - 1 } == refused)
        // An empty object is refused for itself.
        #expect(outcome.report.errors.allSatisfy { $0.code == "content.unsupported:block" })
        let first = try #require(outcome.report.errors.first)
        #expect(
            first.message.contains(
                "request.contents[1].parts[0].functionCall.args.a is a string and was a number"))
        #expect(first.firstUse?.line == 1 && first.path == "$.body" && first.recordID == "r3")
        #expect(outcome.report.recordsWritten == arguments.count - refused.count)
        for (index, argument) in arguments.enumerated() {
            #expect(outcome.text.contains(#""custom_id":"r\#(index)""#) == argument.isFine)
        }
    }

    /// The importer's faults are reported where the source has what is at fault.
    @Test(arguments: [
        (#""tools":[\#(tool("f", "a")),\#(tool("g", "a-b"))]"#, "$.body.tools[1]"),
        (#""tools":[\#(tool("f", "a-b")),\#(tool("g", "a"))]"#, "$.body.tools[0]"),
        (
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":"#
                + #"{"type":"object","properties":{"a-b":{"type":"string"}}}}}"#,
            "$.body.response_format"
        ),
    ])
    func faultsHaveTheirPlace(member: String, path: String) throws {
        let line =
            #"{"custom_id":"r","url":"/v1/chat/completions","body":{"model":"m",\#(member),"#
            + #""messages":[{"role":"user","content":"q"}]}}"#
        let outcome = try convert(Array(line.utf8), configuration("gemini/vertex", .skip))
        #expect(outcome.report.errors.map(\.path) == [path])
    }

    private static func tool(_ name: String, _ property: String) -> String {
        #"{"type":"function","function":{"name":"\#(name)","parameters":{"type":"object","#
            + #""properties":{"\#(property)":{"type":"string"}}}}}"#
    }

    @Test func onlyTablesCare() throws {
        let lines = arguments.enumerated().map { line("r\($0)", $1.text) }
        let text = Array(lines.joined(separator: "\n").utf8)
        let outcome = try convert(text, configuration("gemini", .skip))
        #expect(outcome.report.recordsWritten == arguments.count)
        let stopped = try convert(text, configuration("gemini/vertex", .stop))
        #expect(stopped.report.recordsWritten == 3 && stopped.report.errors.count == 1)
        #expect(stopped.text.split(separator: "\n").count == 3)
    }
}
