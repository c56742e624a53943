// SPDX-License-Identifier: Apache-2.0

// Anthropic's records on their own: what is read comes out again as the dialect spells it.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct AnthropicTests {
    /// What a record became: the text, and the codes of its losses.
    private struct Outcome {
        var text: String
        var losses: [LossCode]
    }

    /// Reads a record and gives it to a function.
    private func withRecord<Result>(
        _ line: String, model: String? = nil,
        _ body: (inout RecordContext) throws -> Result
    ) throws -> Result {
        var indexer = JSONIndexer()
        var text = ByteBuffer()
        text.append(utf8: line)
        var options = ConversionOptions()
        options.model = model
        var context = RecordContext(options: options)
        context.begin(try indexer.index(text.view), line: 1)
        return try body(&context)
    }

    /// Reads a request, fits it to the dialect and writes it again.
    private func rewritten(request line: String, model: String? = nil) throws -> Outcome {
        try withRecord(line, model: model) { context in
            var request = Request()
            var output = ByteBuffer()
            try AnthropicRequestReader.read(into: &request, &context)
            try RequestRules.apply(AnthropicRequestWriter.capabilities, to: &request, &context)
            try AnthropicRequestWriter.write(request, to: &output, &context)
            return Outcome(text: output.view.text, losses: context.losses.map(\.code))
        }
    }

    private func rewritten(result line: String) throws -> Outcome {
        try withRecord(line) { context in
            var response = Response()
            var output = ByteBuffer()
            try AnthropicResultReader.read(into: &response, &context)
            ResultRules.apply(AnthropicResultWriter.traits, to: &response, &context)
            try AnthropicResultWriter.write(response, to: &output, &context)
            return Outcome(text: output.view.text, losses: context.losses.map(\.code))
        }
    }

    private func params(_ content: String, _ rest: String = "") -> String {
        #"{"custom_id":"r1","params":{"model":"m","max_tokens":9,"messages":["#
            + #"{"role":"user","content":\#(content)}]\#(rest)}}"#
    }

    private func code(_ body: () throws -> Outcome) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? RecordError)?.code
        }
    }

    // MARK: - Requests

    @Test(arguments: [
        #""q""#,
        #"[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}},"#
            + #"{"type":"text","text":"b"}]"#,
        #"[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},"#
            + #"{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]"#,
        #"[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"#
            + #""title":"a.txt","context":"c","citations":{"enabled":true}}]"#,
    ])
    func contentIsWrittenAsItIsRead(content: String) throws {
        let line = params(content)
        let outcome = try rewritten(request: line)
        #expect(outcome.text == line)
        #expect(outcome.losses.isEmpty)
    }

    @Test(arguments: [
        #","system":"S""#,
        #","system":[{"type":"text","text":"A"},{"type":"text","text":"B"}]"#,
        #","tools":[{"name":"f","description":"D","input_schema":{"type":"object"},"strict":true}]"#
            + #","tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}"#,
        #","metadata":{"user_id":"u"},"stop_sequences":["X"],"temperature":0.50,"top_p":1,"top_k":5"#,
        #","thinking":{"type":"enabled","budget_tokens":2000},"output_config":{"effort":"max"}"#,
        #","thinking":{"type":"disabled"}"#,
        #","thinking":{"type":"adaptive"},"cache_control":{"type":"ephemeral"}"#,
        #","output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}"#,
    ])
    func parametersAreWrittenAsTheyAreRead(rest: String) throws {
        let line = params(#""q""#, rest)
        let outcome = try rewritten(request: line)
        #expect(outcome.text == line)
        #expect(outcome.losses.isEmpty)
    }

    @Test func conversationsWithToolsAndThoughtsAreExact() throws {
        let line = #"""
            {"custom_id":"r1","params":{"model":"m","max_tokens":9,"messages":[\#
            {"role":"user","content":"q"},\#
            {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"c2ln"},\#
            {"type":"redacted_thinking","data":"AAAA"},\#
            {"type":"tool_use","id":"t1","name":"f","input":{"n":1.0,"n":1e400}},\#
            {"type":"tool_use","id":"t2","name":"f","input":{}}]},\#
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":""},\#
            {"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"a"},\#
            {"type":"text","text":"b"}],"is_error":true},{"type":"text","text":"so?"}]}],\#
            "tools":[{"name":"f","input_schema":{"type":"object"}}]}}
            """#
        let outcome = try rewritten(request: line)
        #expect(outcome.text == line)
        #expect(outcome.losses.isEmpty)
    }

    @Test func membersMayStandInAnyOrderAndSpelling() throws {
        let outcome = try rewritten(
            request: #"""
                {"params":{"messages":[{"content":[{"text":"q","type":"te\u0078t"}],"role":"user"},\#
                {"role":"assistant","content":"a"},{"role":"system","content":"T"},\#
                {"role":"user","content":"r"}],"system":"S","max_tokens":9.0,"model":"m"},\#
                "custom_id":"r1"}
                """#)
        #expect(
            outcome.text == #"""
                {"custom_id":"r1","params":{"model":"m","max_tokens":9,"messages":[\#
                {"role":"user","content":"q"},{"role":"assistant","content":"a"},\#
                {"role":"user","content":"r"}],\#
                "system":[{"type":"text","text":"S"},{"type":"text","text":"T"}]}}
                """#)
        #expect(outcome.losses == [.systemHoisted])
    }

    @Test(arguments: [
        ("", "4096"),
        (#","thinking":{"type":"enabled","budget_tokens":2000}"#, "6096"),
        (#","thinking":{"type":"disabled"}"#, "4096"),
    ])
    func aMissingLimitIsFilledIn(rest: String, limit: String) throws {
        let outcome = try rewritten(
            request: #"{"custom_id":"r1","params":{"messages":[{"role":"user","content":"q"}]"#
                + rest + "}}", model: "claude")
        let start = #"{"custom_id":"r1","params":{"model":"claude","max_tokens":"#
        #expect(outcome.text.hasPrefix(start + limit + ","))
        #expect(outcome.losses == [.paramDefaulted])
    }

    @Test(arguments: [
        (#","service_tier":"standard_only""#, [LossCode.paramDropped]),
        (#","service_tier":"auto","stream":false,"mcp_servers":[],"container":null"#, []),
        (#","stream":true"#, [.paramDropped]),
        (#","tools":[{"type":"web_search_20250305","name":"web_search"}]"#, [.paramDropped]),
        (#","tools":[{"name":"f","cache_control":{"type":"ephemeral"}}]"#, [.cacheDropped]),
        (
            #","system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}]"#,
            [.cacheDropped]
        ),
        (#","tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#, [.paramDropped]),
        (#","anthropic_beta":["b"],"anthropic_version":"bedrock-2023-05-31""#, [.paramDropped]),
    ])
    func whatCannotBeKeptIsReported(rest: String, losses: [LossCode]) throws {
        #expect(try rewritten(request: params(#""q""#, rest)).losses == losses)
    }

    @Test(arguments: [
        (#"[{"text":"q"}]"#, ErrorCode.missingField),
        (#"[{"image":{"format":"png","source":{"bytes":"AAAA"}}}]"#, .unsupportedBlock),
        (#"[{"type":"search_result","content":[]}]"#, .unsupportedBlock),
        (
            #"[{"type":"server_tool_use","id":"s","name":"web_search","input":{}}]"#,
            .unsupportedTool
        ),
        (#"[{"type":"image","source":{"type":"file","file_id":"f"}}]"#, .contentRemoteURL),
        (#"[{"type":"image","source":{"type":"url","url":"s3://b/a.png"}}]"#, .contentRemoteURL),
        (
            #"[{"type":"image","source":{"type":"base64","media_type":"text/css","data":"AA=="}}]"#,
            .contentMediaType
        ),
        (#"[{"type":"text"}]"#, .missingField),
        (#"[{"type":"text","text":5}]"#, .wrongType),
        (#"[{"type":"text","text":"a","text":"b"}]"#, .jsonDuplicateKey),
        (#"[{"type":"tool_use","id":"t","name":"f","input":{}}]"#, .unsupportedBlock),
        (#""""#, .contentEmpty),
    ])
    func badContentIsRefused(content: String, expected: ErrorCode) {
        #expect(code { try rewritten(request: params(content)) } == expected)
    }

    @Test func bedrockTakesNoRemoteContent() throws {
        let line = params(
            #"[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]"#)
        let error = #expect(throws: RecordError.self) {
            try withRecord(line) { context in
                var request = Request()
                try AnthropicRequestReader.read(into: &request, &context)
                try RequestRules.apply(
                    MessagesBody.capabilities(for: .bedrock), to: &request, &context)
            }
        }
        #expect(error?.code == .contentRemoteURL)
    }

    // MARK: - Results

    @Test(arguments: [
        #"{"type":"expired"}"#, #"{"type":"canceled"}"#,
        #"{"type":"errored","error":{"type":"error","error":"#
            + #"{"type":"rate_limit_error","message":"slow \"down\""}}}"#,
        #"{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant","#
            + #""model":"m","content":[{"type":"thinking","thinking":"h","signature":"c2ln"},"#
            + #"{"type":"text","text":"a","citations":[{"type":"char_location"}]},"#
            + #"{"type":"tool_use","id":"t","name":"f","input":{"x":1.0}}],"#
            + #""stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"#
            + #""output_tokens":5,"cache_creation_input_tokens":9,"cache_read_input_tokens":0,"#
            + #""cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":7}}}}"#,
    ])
    func resultsAreWrittenAsTheyAreRead(result: String) throws {
        let line = #"{"custom_id":"r1","result":\#(result)}"#
        let outcome = try rewritten(result: line)
        #expect(outcome.text == line)
        #expect(outcome.losses.isEmpty)
    }

    @Test(arguments: [
        ("end_turn", "end_turn", []), ("stop_sequence", "stop_sequence", []),
        ("max_tokens", "max_tokens", []), ("refusal", "refusal", []),
        ("pause_turn", "pause_turn", []),
        ("model_context_window_exceeded", "model_context_window_exceeded", []),
        ("a_word_of_tomorrow", "end_turn", [LossCode.finishApproximated]),
    ])
    func stopReasonsKeepTheirNames(reason: String, expected: String, losses: [LossCode]) throws {
        let outcome = try rewritten(
            result: #"{"custom_id":"r1","result":{"type":"succeeded","message":"#
                + #"{"content":[{"type":"text","text":""}],"stop_reason":"\#(reason)"}}}"#)
        #expect(
            outcome.text == #"""
                {"custom_id":"r1","result":{"type":"succeeded","message":{"id":"msg_r1",\#
                "type":"message","role":"assistant","model":"","content":[],\#
                "stop_reason":"\#(expected)","stop_sequence":null,\#
                "usage":{"input_tokens":0,"output_tokens":0}}}}
                """#)
        #expect(outcome.losses == losses)
    }

    @Test func factsAboutTheRunAreLeftOutSilently() throws {
        let outcome = try rewritten(
            result: #"""
                {"custom_id":"r1","result":{"type":"succeeded","message":{"content":[],\#
                "stop_reason":"refusal","stop_details":{"type":"refusal"},"container":null,\#
                "diagnostics":{"x":1},"usage":{"input_tokens":1,"output_tokens":2,\#
                "service_tier":"batch","server_tool_use":{"web_search_requests":1}}}}}
                """#)
        #expect(outcome.losses.isEmpty)
        #expect(outcome.text.hasSuffix(#""usage":{"input_tokens":1,"output_tokens":2}}}}"#))
    }

    @Test(arguments: [
        (#"{"type":"succeeded"}"#, ErrorCode.missingField),
        (#"{"type":"errored"}"#, .missingField),
        (#"{"type":"paused"}"#, .bodyUnsupported),
        ("[]", .wrongType),
        (#"{"type":"succeeded","message":{"content":5}}"#, .wrongType),
        (#"{"type":"succeeded","message":{"content":[{"type":"brand_new"}]}}"#, .unsupportedBlock),
    ])
    func badResultsAreRefused(result: String, expected: ErrorCode) {
        let line = #"{"custom_id":"r1","result":\#(result)}"#
        #expect(code { try rewritten(result: line) } == expected)
    }

    // MARK: - Detection

    @Test(arguments: [
        (#"{"params":{"model":"m"},"custom_id":"a"}"#, RecordKind.request),
        (#"{"custom_id":"a","result":{"type":"expired"}}"#, .result),
    ])
    func recordsAreRecognised(line: String, kind: RecordKind) throws {
        try withRecord(line) { context in
            let record = try #require(AnthropicFormat.detect(context.view))
            #expect(record.kind == kind)
            #expect(record.confidence == 2)
        }
    }

    @Test(arguments: [
        #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{}}"#,
        #"{"recordId":"a","modelInput":{}}"#, #"{"key":"a","request":{}}"#, "{}",
        #"{"custom_id":"a","params":5}"#,
    ])
    func otherRecordsAreNot(line: String) throws {
        try withRecord(line) { #expect(AnthropicFormat.detect($0.view) == nil) }
    }
}
