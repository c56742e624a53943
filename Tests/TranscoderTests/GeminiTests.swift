// SPDX-License-Identifier: Apache-2.0

// Gemini's readers and writers by themselves: what is read comes out again as they spell it.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct GeminiTests {
    /// What a record became: the text, and the losses as `code:path`.
    private struct Outcome {
        var text: String
        var losses: [String]
    }

    private func withRecord<Result>(
        _ line: String, model: String? = nil, readsVertexColumns: Bool = false,
        _ body: (inout RecordContext) throws -> Result
    ) throws -> Result {
        var indexer = JSONIndexer()
        var text = ByteBuffer()
        text.append(utf8: line)
        var options = ConversionOptions()
        options.model = model
        var context = RecordContext(options: options)
        context.begin(try indexer.index(text.view), line: 1)
        context.readsVertexColumns = readsVertexColumns
        return try body(&context)
    }

    private func request(
        _ line: String, model: String? = "gemini-3-pro", readsVertexColumns: Bool = false
    ) throws -> Outcome {
        try withRecord(line, model: model, readsVertexColumns: readsVertexColumns) { context in
            var request = Request()
            var output = ByteBuffer()
            try GeminiRequestReader.read(into: &request, &context)
            try RequestRules.apply(GeminiRequestWriter.capabilities, to: &request, &context)
            try GeminiRequestWriter.write(request, to: &output, &context)
            return Outcome(text: output.view.text, losses: paths(context))
        }
    }

    private func result(_ line: String, readsVertexColumns: Bool = false) throws -> Outcome {
        try withRecord(line, readsVertexColumns: readsVertexColumns) { context in
            var response = Response()
            var output = ByteBuffer()
            try GeminiResultReader.read(into: &response, &context)
            ResultRules.apply(GeminiResultWriter.traits, to: &response, &context)
            try GeminiResultWriter.write(response, to: &output, &context)
            return Outcome(text: output.view.text, losses: paths(context))
        }
    }

    private func paths(_ context: borrowing RecordContext) -> [String] {
        context.losses.map { loss in
            var path = ByteBuffer()
            if case .node(let node) = loss.place { path.append(pathTo: node, of: context.view) }
            return "\(loss.code.rawValue):\(path.view.text)"
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

    private func body(_ rest: String) -> String {
        #"{"key":"r1","request":{"contents":[{"role":"user","parts":[{"text":"q"}]}]"# + rest + "}}"
    }

    // MARK: - Requests

    @Test func requestsComeBackAsTheyWere() throws {
        let line = """
            {"key":"r 1","request":{"contents":[{"role":"user","parts":[{"text":"q"},\
            {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},{"role":"model",\
            "parts":[{"text":"h","thought":true,"thoughtSignature":"c2ln"},{"functionCall":\
            {"id":"c1","name":"a.b","args":{"snake_arg":1.50}},"thoughtSignature":"c2ln"}]},\
            {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"a.b","response":\
            {"output":{"snake_out":1E5}},"parts":[{"inlineData":{"mimeType":"image/png",\
            "data":"iVBORw0KGgo="}}]}},{"functionResponse":{"id":"c1","name":"a.b","response":\
            {"error":"no"}}}]}],"systemInstruction":{"parts":[{"text":"S"}]},"tools":[\
            {"functionDeclarations":[{"name":"a.b","description":"D","parameters":{"type":\
            "OBJECT","properties":{"x":{"type":"STRING","nullable":true}}}}]}],"toolConfig":\
            {"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["a.b"]}},\
            "generationConfig":{"maxOutputTokens":5,"temperature":0.50,"topP":1,"topK":40,\
            "candidateCount":2,"seed":-1,"presencePenalty":0.5,"frequencyPenalty":-0.5,\
            "stopSequences":["X"],"responseLogprobs":true,"logprobs":3,"responseMimeType":\
            "application/json","responseSchema":{"type":"STRING"},"thinkingConfig":\
            {"thinkingLevel":"LOW","includeThoughts":true}},"labels":{"team":"x"}}}
            """
        let outcome = try request(line)
        #expect(outcome.text == line)
        #expect(outcome.losses.isEmpty)
    }

    @Test func snakeCaseIsReadEverywhereButInData() throws {
        let outcome = try request(
            """
            {"request":{"generation_config":{"max_output_tokens":"5","stop_sequences":["X"],\
            "thinking_config":{"thinking_budget":0}},"system_instruction":{"parts":{"text":"S"}},\
            "contents":[{"parts":[{"inline_data":{"mime_type":"image/PNG; x=y","data":"_9j-"}},\
            {"file_data":null}]},{"role":"model","parts":[{"function_call":{"name":"f","args":\
            {"max_tokens":1}}}]}]},"custom_id":"c"}
            """, model: "gemini-2.5-pro")
        #expect(
            outcome.text
                == """
                {"key":"c","request":{"contents":[{"role":"user","parts":[{"inlineData":\
                {"mimeType":"image/png","data":"/9j+"}}]},{"role":"model","parts":[\
                {"functionCall":{"id":"call_1","name":"f","args":{"max_tokens":1}}}]}],\
                "systemInstruction":{"parts":[{"text":"S"}]},"generationConfig":\
                {"maxOutputTokens":5,"stopSequences":["X"],"thinkingConfig":\
                {"thinkingBudget":0}}}}
                """)
    }

    @Test func idsAreFoundInTheirOrderOfPreference() throws {
        let contents =
            #""request":{"contents":[{"parts":[{"text":"q"}]}],"labels":{"x_custom_id":"l"}}"#
        func id(_ columns: String) throws -> Substring {
            try request("{\(columns)\(contents)}").text.dropFirst(8).prefix { $0 != "\"" }
        }
        #expect(try id(#""id":"i","custom_id":"c","metadata":{"key":"m"},"key":"k","#) == "k")
        #expect(try id(#""id":"i","custom_id":"c","metadata":{"key":"m"},"#) == "m")
        #expect(try id(#""id":7,"custom_id":"c","#) == "c")
        #expect(try id(#""id":7,"#) == "7")
        #expect(try id("") == "l")
        #expect(try request("{\(contents)}").text.contains("\"labels\""))
    }

    @Test func columnsOfVertexAreSilent() throws {
        let line = body("").dropLast() + #","note":"x","id":"i"}"#
        #expect(
            try request(String(line)).losses == ["param.dropped:note", "param.dropped:id"])
        #expect(try request(String(line), readsVertexColumns: true).losses.isEmpty)
    }

    @Test func faultsOfRequestsHaveCodes() {
        #expect(code { try request(#"{"key":"a"}"#) } == .missingField)
        #expect(code { try request(#"{"key":true,"request":{"contents":[]}}"#) } == .wrongType)
        #expect(code { try request(#"{"key":"a","request":{"content":{}}}"#) } == .missingField)
        #expect(code { try request(body(#","cachedContent":"x""#)) } == .unsupportedBlock)
        #expect(
            code { try request(body(#","generationConfig":{"topK":1,"top_k":1}"#)) }
                == .jsonDuplicateKey)
        #expect(
            code { try request(body(#","generationConfig":{"responseModalities":["AUDIO"]}"#)) }
                == .unsupportedModality)
        #expect(
            code {
                try request(
                    #"{"request":{"contents":[{"parts":[{"fileData":{"fileUri":"gs://b"}}]}]}}"#)
            }
                == .contentRemoteURL)
    }

    @Test func namesOfAllowedFunctionsAreStrings() {
        for mode in ["ANY", "NONE", "VALIDATED"] {
            let choice = #"{"mode":"\#(mode)","allowedFunctionNames":["f",1]}"#
            #expect(
                code { try request(body(#","toolConfig":{"functionCallingConfig":\#(choice)}"#)) }
                    == .wrongType)
        }
    }

    // MARK: - Results

    @Test func resultsComeBackAsTheyWere() throws {
        let line = """
            {"key":"r1","response":{"candidates":[{"content":{"role":"model","parts":[{"text":\
            "h","thought":true},{"text":"a"},{"inlineData":{"mimeType":"image/png","data":\
            "iVBORw0KGgo="}}]},"finishReason":"MAX_TOKENS","index":0},{"content":{"role":"model",\
            "parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"STOP","index":1}],\
            "usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":11,"totalTokenCount":848,\
            "cachedContentTokenCount":0,"thoughtsTokenCount":829,"promptTokensDetails":[\
            {"modality":"TEXT","tokenCount":8}]},"modelVersion":"g","responseId":"x",\
            "createTime":"2024-02-29T00:00:00.5Z"}}
            """
        #expect(try result(line).text == line)
        #expect(try result(line).losses.isEmpty)
    }

    @Test func failuresAreReadInAllTheirForms() throws {
        func error(_ line: String) throws -> String {
            String(try result(line).text.split(separator: #""error":"#).last?.dropLast() ?? "")
        }
        #expect(
            try error(#"{"key":"a","error":{"code":8,"message":"m"}}"#)
                == #"{"code":8,"message":"m"}"#)
        #expect(try error(#"{"key":"a","error":{"code":"429"}}"#) == #"{"code":8,"message":""}"#)
        #expect(
            try error(#"{"key":"a","error":{"status":"NOT_FOUND"}}"#) == #"{"code":5,"message":""}"#
        )
        #expect(
            try error(#"{"code":3,"message":"m","status":"X"}"#) == #"{"code":3,"message":"m"}"#)
        #expect(
            try error(
                #"{"status":"Bad: {\"error\":{\"message\":\"a\\nb\",\"code\":400}}","response":{}}"#
            )
                == #"{"code":3,"message":"a\nb"}"#)
        #expect(try error(#"{"status":"Bad: {\"e"}"#) == #"{"code":13,"message":"Bad: {\"e"}"#)
    }

    @Test func anErrorInPlaceOfAnAnswerIsAFailure() throws {
        let error = #""error":{"code":3,"message":"inner"}"#
        #expect(
            try result(#"{"key":"a","response":{\#(error)}}"#).text
                == #"{"key":"a","error":{"code":3,"message":"inner"}}"#)
        let both = try result(#"{"key":"a","response":{"candidates":[],\#(error)}}"#)
        #expect(both.text.contains(#""candidates":[]"#))
        #expect(both.losses == ["param.dropped:response.error"])
    }

    @Test func repeatedModalitiesAreAdded() throws {
        let line = """
            {"key":"a","response":{"usageMetadata":{"promptTokensDetails":[{"modality":"TEXT",\
            "tokenCount":2},{"modality":"IMAGE"},{"modality":"TEXT","tokenCount":3}]}}}
            """
        #expect(
            try result(line).text.contains(
                #"[{"modality":"TEXT","tokenCount":5},{"modality":"IMAGE","tokenCount":0}]"#))
    }

    @Test func answersOfVertexStayAsTheyAre() throws {
        let answer = """
            {"candidates":[{"finishReason":"RECITATION","groundingMetadata":{"x":[1.50]},\
            "content":{"parts":[{"text":""}]}}],"newField":1}
            """
        let outcome = try result(
            #"{"status":"","key":"a","response": \#(answer)}"#, readsVertexColumns: true)
        #expect(outcome.text == #"{"key":"a","response":\#(answer)}"#)
        #expect(outcome.losses.isEmpty)
        let failed = try result(
            #"{"key":"a","response":{"error":{"code":3}}}"#, readsVertexColumns: true)
        #expect(failed.text == #"{"key":"a","error":{"code":3,"message":""}}"#)
    }

    @Test func countsOfAnySizeAreAdded() throws {
        let huge = "92233720368547758"
        let line = """
            {"key":"a","response":{"candidates":[],"usageMetadata":{"promptTokenCount":\(huge),\
            "toolUsePromptTokenCount":\(huge),"candidatesTokenCount":-5,"thoughtsTokenCount":\(huge)}}}
            """
        #expect(try result(line).text.contains(#""candidatesTokenCount":0"#))
    }

    @Test func openAIsLogprobsGetAMean() throws {
        let line = """
            {"a":{"content":[{"token":"x","logprob":-0.25,"bytes":[120],"top_logprobs":[]},\
            {"token":"y","logprob":-1E0,"bytes":null,"top_logprobs":[{"token":"z","logprob":-2}]}]}}
            """
        let text = try withRecord(line) { context in
            var output = ByteBuffer()
            try GeminiLogprobs.write(openAI: .chat(NodeID(2)), to: &output, &context)
            return output.view.text
        }
        #expect(
            text == """
                ,"avgLogprobs":-0.625,"logprobsResult":{"chosenCandidates":[{"token":"x",\
                "logProbability":-0.25},{"token":"y","logProbability":-1E0}],"topCandidates":[\
                {"candidates":[]},{"candidates":[{"token":"z","logProbability":-2}]}]}
                """)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
        (1_709_164_800, "2024-02-29T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (UnixTime.range.lowerBound, "0001-01-01T00:00:00Z"),
        (UnixTime.range.upperBound, "9999-12-31T23:59:59Z"),
    ])
    func timesAreSpelledAndRead(seconds: Int, text: String) {
        var output = ByteBuffer()
        UnixTime.write(seconds: seconds, to: &output)
        #expect(output.view.text == text)
        #expect(UnixTime.seconds(ofRFC3339: output.view) == seconds)
    }

    @Test(arguments: [
        (#"{"key":"a","request":{"contents":[]}}"#, RecordKind.request, 2),
        (#"{"request":{"generation_config":{}},"x":1}"#, .request, 2),
        (#"{"key":"a","response":{}}"#, .result, 2),
        (#"{"response":{"embedding":{}}}"#, .result, 2),
        (#"{"key":"a","error":{"code":1}}"#, .result, 2),
        (
            #"{"status":"","processed_time":"t","request":{"contents":[]},"response":{}}"#, .result,
            2
        ),
        (#"{"status":"Bad","request":{"contents":[]}}"#, .result, 2),
        (#"{"candidates":[]}"#, .result, 2), (#"{"code":3,"message":"m"}"#, .result, 1),
    ])
    func recordsAreDetected(line: String, kind: RecordKind, confidence: Int) throws {
        let found = try withRecord(line) { GeminiFormat.detect($0.view) }
        #expect(found?.kind == kind)
        #expect(found?.confidence == confidence)
    }

    @Test(arguments: [
        #"{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}"#,
        #"{"custom_id":"a","response":null,"error":{"code":"x","message":"m"}}"#,
        #"{"recordId":"a","modelInput":{},"error":{"errorCode":1}}"#,
        #"{"custom_id":"a","result":{"type":"succeeded"}}"#, #"{}"#,
    ])
    func recordsOfOthersAreNot(line: String) throws {
        #expect(try withRecord(line) { GeminiFormat.detect($0.view) } == nil)
    }
}
