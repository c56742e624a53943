// SPDX-License-Identifier: Apache-2.0

// OpenAI's records on their own: what is read comes out again as the dialect spells it.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct OpenAITests {
    /// What a record became: the text, and its losses as `code:path`.
    private struct Outcome {
        var text: String
        var losses: [String]
    }

    /// Reads a record and gives it to a function.
    private func withRecord<Result>(
        _ line: String, _ body: (inout RecordContext) throws -> Result
    ) throws -> Result {
        var indexer = JSONIndexer()
        var text = ByteBuffer()
        text.append(utf8: line)
        var context = RecordContext(options: ConversionOptions())
        context.begin(try indexer.index(text.view), line: 1)
        return try body(&context)
    }

    private func losses(_ context: borrowing RecordContext) -> [String] {
        var losses: [String] = []
        for loss in context.losses {
            var path = ByteBuffer()
            switch loss.place {
            case .node(let node): path.append(pathTo: node, of: context.view)
            case .member(let object, let name):
                path.append(pathTo: object, of: context.view)
                path.append(".")
                path.append(name)
            case .path(let text): path.append(text)
            }
            losses.append("\(loss.code.rawValue):\(path.view.text)")
        }
        return losses
    }

    private func request(_ line: String) throws -> Outcome {
        try withRecord(line) { context in
            var request = Request()
            var output = ByteBuffer()
            try OpenAIRequestReader.read(into: &request, &context)
            try RequestRules.apply(ChatRequestWriter.capabilities, to: &request, &context)
            try ChatRequestWriter.write(request, to: &output, &context)
            return Outcome(text: output.view.text, losses: losses(context))
        }
    }

    private func result(_ line: String) throws -> Outcome {
        try withRecord(line) { context in
            var response = Response()
            var output = ByteBuffer()
            try OpenAIResultReader.read(into: &response, &context)
            ResultRules.apply(ChatResultWriter.traits, to: &response, &context)
            try ChatResultWriter.write(response, to: &output, &context)
            return Outcome(text: output.view.text, losses: losses(context))
        }
    }

    private func code(_ body: () throws -> Outcome) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? RecordError)?.code
        }
    }

    /// A line with messages, and further body members that begin with a comma.
    private func line(_ messages: String, _ rest: String = "") -> String {
        #"{"custom_id":"r1","method":"POST","url":"/v1/chat/completions","body":"#
            + #"{"model":"m","messages":[\#(messages)]\#(rest)}}"#
    }

    private let question = #"{"role":"user","content":"q"}"#
    private let tool =
        #"{"type":"function","function":{"name":"f","description":"D","#
        + #""parameters":{"type":"object"},"strict":true}}"#

    // MARK: - Requests

    @Test(arguments: [
        #"{"role":"system","content":"S"},{"role":"user","content":"q"}"#,
        #"{"role":"system","content":[{"type":"text","text":"S"},{"type":"text","text":"T"}]},"#
            + #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
        #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}"#,
        #"{"role":"user","content":[{"type":"input_audio","input_audio":"#
            + #"{"data":"AAAA","format":"wav"}},{"type":"file","file":{"filename":"a b.pdf","#
            + #""file_data":"data:application/pdf;base64,JVBERi0="}}]}"#,
        #"{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"refusal","#
            + #""refusal":"No."}]},{"role":"user","content":"why?"}"#,
        #"{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":["#
            + #"{"id":"a b","type":"function","function":{"name":"f","arguments":"{\"x\":1.0}"}}]},"#
            + #"{"role":"tool","tool_call_id":"a b","content":"18C"},"#
            + #"{"role":"user","content":"and now?"}"#,
    ])
    func messagesAreWrittenAsTheyAreRead(messages: String) throws {
        let outcome = try request(line(messages))
        #expect(outcome.text == line(messages))
        #expect(outcome.losses.isEmpty)
    }

    @Test func settingsAreWrittenAsTheyAreRead() throws {
        let rest =
            #","max_completion_tokens":9,"temperature":1.70,"top_p":1E-1,"n":2,"stop":["X"],"#
            + #""seed":-5,"presence_penalty":0.5,"frequency_penalty":-0.5,"logit_bias":{"1":5},"#
            + #""logprobs":true,"top_logprobs":4,"response_format":{"type":"json_schema","#
            + #""json_schema":{"name":"n","description":"d","schema":{"type":"object"},"#
            + #""strict":false}},"reasoning_effort":"xhigh","user":"u","metadata":{"a":"b"},"#
            + #""parallel_tool_calls":false,"tools":[\#(tool)],"tool_choice":"required","#
            + #""verbosity":"low","safety_identifier":"s","prompt_cache_key":"k""#
        let outcome = try request(line(question, rest))
        #expect(outcome.text == line(question, rest))
        #expect(outcome.losses.isEmpty)
    }

    @Test(arguments: [
        #""auto""#, #""none""#, #"{"type":"function","function":{"name":"f"}}"#,
        #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":["#
            + #"{"type":"function","function":{"name":"f"}}]}}"#,
    ])
    func toolChoicesAreWrittenAsTheyAreRead(choice: String) throws {
        let rest = #","tools":[\#(tool)],"tool_choice":\#(choice)"#
        #expect(try request(line(question, rest)).text == line(question, rest))
    }

    @Test func theOlderSpellingBecomesTheNewOne() throws {
        let outcome = try request(
            line(
                question
                    + #",{"role":"assistant","content":null,"function_call":{"name":"f","#
                    + #""arguments":"{}"}},{"role":"function","name":"f","content":"1"}"#,
                #","max_tokens":5.0,"stop":"X","functions":[{"name":"f"}],"#
                    + #""function_call":{"name":"f"}"#))
        #expect(
            outcome.text
                == line(
                    question
                        + #",{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","#
                        + #""type":"function","function":{"name":"f","arguments":"{}"}}]},"#
                        + #"{"role":"tool","tool_call_id":"call_1","content":"1"}"#,
                    #","max_completion_tokens":5,"stop":["X"],"tools":[{"type":"function","#
                        + #""function":{"name":"f"}}],"tool_choice":{"type":"function","#
                        + #""function":{"name":"f"}}"#))
        #expect(outcome.losses == ["tool_id.synthesized:body.messages[1].function_call"])
    }

    @Test(arguments: [
        (#"data:image/png;base64,AAAA"#, #"data:image/png;base64,AAAA"#),
        (#"DATA:Image/JPG;charset=utf-8;BASE64,AAAA"#, #"data:image/jpeg;base64,AAAA"#),
        (#"data:image\/gif;base64,A\/\u002bA"#, #"data:image/gif;base64,A/+A"#),
        (#"data:image/webp;base64\u002c_-_-AQ"#, #"data:image/webp;base64,/+/+AQ=="#),
        (#"\u0064ata:image/png;base64,AA=\u003d"#, #"data:image/png;base64,AA=="#),
        (#"HTTPS:\/\/e.com/a"#, #"HTTPS:\/\/e.com/a"#),
    ])
    func imagesAreReadInAnySpelling(source: String, target: String) throws {
        func message(_ url: String) -> String {
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"\#(url)"}}]}"#
        }
        #expect(try request(line(message(source))).text == line(message(target)))
    }

    @Test(arguments: [
        (#"data:image/png,AAAA"#, ErrorCode.contentMediaType),
        (#"data:;base64,AAAA"#, .contentMediaType),
        (#"data:application/pdf;base64,AAAA"#, .contentMediaType),
        (#"data:image/png;base64"#, .contentMediaType),
        (#"AAAA"#, .contentMediaType),
        (#"s3://bucket/a.png"#, .contentRemoteURL),
        (#"file:\/\/\/a.png"#, .contentRemoteURL),
    ])
    func imagesWithoutBytesAreRefused(url: String, expected: ErrorCode) {
        let message =
            #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"\#(url)"}}]}"#
        #expect(code { try request(line(message)) } == expected)
    }

    @Test(arguments: [
        (#""url":"/v1/chat/completions""#, nil), (#""url":"\/chat\/completions""#, nil),
        (#""url":"/v42/chat/completions""#, nil), (#""path":"/v4/chat/completions""#, nil),
        (#""url":"/v1/embeddings""#, .missingField),
        (#""url":"/v1/moderations""#, ErrorCode.endpointUnsupported),
        (#""url":"/v1/responses""#, .missingField),
        (#""url":"/v/chat/completions""#, .endpointUnsupported),
        (#""url":"v1/chat/completions""#, .endpointUnsupported),
        (#""url":7"#, .wrongType),
    ])
    func onlyChatIsConverted(endpoint: String, expected: ErrorCode?) {
        let text =
            #"{"custom_id":"r1",\#(endpoint),"body":{"model":"m","messages":[\#(question)]}}"#
        #expect(code { try request(text) } == expected)
    }

    @Test func theBodyTellsWhereNoEndpointIs() throws {
        let outcome = try request(#"{"body":{"model":"m","messages":[\#(question)]}}"#)
        #expect(outcome.losses == ["endpoint.assumed:url"])
        #expect(
            code { try request(#"{"body":{"model":"m","input":"x"}}"#) } == .endpointUnsupported)
    }

    @Test func nothingUnknownIsDroppedInSilence() throws {
        let outcome = try request(
            line(
                #"{"role":"user","name":"n","content":[{"type":"text","text":"q","x":1,"file":{"a":1}}]}"#,
                #","stream":true,"service_tier":"flex","web_search_options":{},"y":{"z":1},"w":[]"#)
        )
        #expect(
            outcome.losses.sorted() == [
                "param.dropped:body.messages[0].content[0].file",
                "param.dropped:body.messages[0].content[0].x",
                "param.dropped:body.messages[0].name", "param.dropped:body.service_tier",
                "param.dropped:body.stream", "param.dropped:body.web_search_options",
                "param.dropped:body.y",
            ])
    }

    @Test(arguments: [
        (#"{"role":"critic","content":"q"}"#, ErrorCode.wrongType),
        (#"{"content":"q"}"#, .missingField), (#"{"role":"user"}"#, .missingField),
        (#"{"role":"user","content":[{"text":"q"}]}"#, .missingField),
        (#"{"role":"user","content":7}"#, .wrongType),
        (#"{"role":"user","content":[{"type":"video_url"}]}"#, .unsupportedVideo),
        (#"{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}"#, .contentRemoteURL),
        (#"{"role":"user","content":"q","content":"r"}"#, .jsonDuplicateKey),
    ])
    func badMessagesAreRefused(message: String, expected: ErrorCode) {
        #expect(code { try request(line(message)) } == expected)
    }

    // MARK: - Results

    /// A result line around a body.
    private func answer(_ body: String) -> String {
        #"{"id":"batch_req_r1","custom_id":"r1","response":{"status_code":200,"request_id":"r1","#
            + #""body":\#(body)},"error":null}"#
    }

    /// A chat completion with the members of its message and choice.
    private func completion(
        _ message: String, finish: String = "stop", logprobs: String = "null", rest: String = ""
    ) -> String {
        #"{"id":"c","object":"chat.completion","created":1700000000,"model":"m","choices":["#
            + #"{"index":0,"message":{"role":"assistant",\#(message)},"logprobs":\#(logprobs),"#
            + #""finish_reason":"\#(finish)"}]\#(rest)}"#
    }

    @Test func answersAreWrittenAsTheyAreRead() throws {
        let bodies = [
            completion(#""content":"caf\u00e9","refusal":null"#),
            completion(#""content":null,"refusal":"No.""#, finish: "content_filter"),
            completion(
                #""content":"a","refusal":null,"annotations":[{"type":"url_citation","#
                    + #""url_citation":{"start_index":0,"end_index":1,"title":"T","url":"u"}}]"#),
            completion(
                #""content":null,"refusal":null,"tool_calls":[{"id":"t","type":"function","#
                    + #""function":{"name":"f","arguments":"{\"x\":1}"}}]"#, finish: "tool_calls"),
            completion(
                #""content":"a","refusal":null"#, finish: "length",
                logprobs: #"{"content":[{"token":"a","logprob":-0.50,"bytes":[97],"#
                    + #""top_logprobs":[]}],"refusal":null}"#,
                rest: #","usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"#
                    + #""prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":2,"#
                    + #""text_tokens":4,"image_tokens":1,"audio_tokens":0},"#
                    + #""completion_tokens_details":{"reasoning_tokens":1,"audio_tokens":0}}"#),
        ]
        for body in bodies {
            let outcome = try result(answer(body))
            #expect(outcome.text == answer(body))
            #expect(outcome.losses.isEmpty)
        }
    }

    @Test func missingIDsOfCallsSkipTakenOnes() throws {
        let outcome = try result(
            answer(
                completion(
                    #""content":"","tool_calls":[{"function":{"name":"f","arguments":"{}"}},"#
                        + #"{"id":"c\u0061ll_1","function":{"name":"g","arguments":""}}]"#)))
        #expect(
            outcome.text
                == answer(
                    completion(
                        #""content":null,"refusal":null,"tool_calls":[{"id":"call_2","#
                            + #""type":"function","function":{"name":"f","arguments":"{}"}},"#
                            + #"{"id":"c\u0061ll_1","type":"function","function":{"name":"g","#
                            + #""arguments":""}}]"#, finish: "tool_calls")))
        #expect(
            outcome.losses == [
                "tool_id.synthesized:response.body.choices[0].message.tool_calls[0]"
            ])
    }

    @Test(arguments: [
        (
            #""response":{"status_code":429,"body":{"error":{"message":"slow","type":"requests","#
                + #""param":null,"code":"rate_limit_exceeded"}}},"error":null"#,
            #"429,"request_id":"r1","body":{"error":{"message":"slow","type":"requests","#
                + #""param":null,"code":"rate_limit_exceeded"}}},"error":null}"#
        ),
        (
            #""response":{"status_code":404,"body":{"object":"error","message":"gone","code":404}}"#,
            #"404,"request_id":"r1","body":{"error":{"message":"gone","type":"not_found_error","#
                + #""param":null,"code":null}}},"error":null}"#
        ),
        (
            #""response":{"status_code":502,"body":"<html>"}"#,
            #"502,"request_id":"r1","body":{"error":{"message":"<html>","type":"server_error","#
                + #""param":null,"code":null}}},"error":null}"#
        ),
        (
            #""response":null,"error":{"code":"400","message":"bad"}"#,
            #"400,"request_id":"r1","body":{"error":{"message":"bad","#
                + #""type":"invalid_request_error","param":null,"code":null}}},"error":null}"#
        ),
        (
            #""response":{"body":{"error":{"message":"bad","type":"rate_limit_error"}}}"#,
            #"429,"request_id":"r1","body":{"error":{"message":"bad","#
                + #""type":"rate_limit_error","param":null,"code":null}}},"error":null}"#
        ),
    ])
    func failuresHaveManyShapes(members: String, expected: String) throws {
        let outcome = try result(#"{"custom_id":"r1",\#(members)}"#)
        #expect(
            outcome.text
                == #"{"id":"batch_req_r1","custom_id":"r1","response":{"status_code":"# + expected)
        #expect(outcome.losses.isEmpty)
    }

    @Test(arguments: [
        (#"{"code":"batch_expired"}"#, "batch_expired", ErrorMap.expiredMessage),
        (
            #"{"code":"batch_cancelled","message":null}"#, "batch_cancelled",
            ErrorMap.canceledMessage
        ),
    ])
    func requestsThatWereNeverMadeKeepTheirPlace(
        error: String, code: String, message: StaticString
    ) throws {
        let outcome = try result(#"{"custom_id":"r1","response":null,"error":\#(error)}"#)
        #expect(
            outcome.text
                == #"{"id":"batch_req_r1","custom_id":"r1","response":null,"error":"#
                + #"{"code":"\#(code)","message":"\#(message)"}}"#)
    }

    @Test func reasonsNobodyKnowsAreApproximated() throws {
        let outcome = try result(
            answer(completion(#""content":"a","refusal":null"#, finish: "eos")))
        #expect(outcome.text == answer(completion(#""content":"a","refusal":null"#)))
        #expect(
            outcome.losses == ["finish.approximated:response.body.choices[0].finish_reason"])
    }

    // MARK: - Detection

    @Test(arguments: [
        (#"{"custom_id":"a","method":"POST","url":"/v1/responses","body":{}}"#, RecordKind.request),
        (#"{"body":{"messages":[]}}"#, .request),
        (#"{"response":{"body":{},"status_code":200},"custom_id":"a","id":"x"}"#, .result),
        (#"{"custom_id":"a","response":null,"error":{"code":"400"}}"#, .result),
    ])
    func recordsAreRecognised(line: String, kind: RecordKind) throws {
        let found = try withRecord(line) { OpenAIFormat.detect($0.view) }
        #expect(found?.kind == kind)
    }

    @Test(arguments: [
        #"{"custom_id":"a","params":{}}"#, #"{"key":"a","request":{}}"#,
        #"{"custom_id":"a","response":{"candidates":[]}}"#, #"{"recordId":"a","modelInput":{}}"#,
        #"{"custom_id":"a","result":{"type":"expired"}}"#,
    ])
    func recordsOfOthersAreNot(line: String) throws {
        #expect(try withRecord(line) { OpenAIFormat.detect($0.view) } == nil)
    }
}
