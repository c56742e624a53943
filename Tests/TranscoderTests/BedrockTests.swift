// SPDX-License-Identifier: Apache-2.0

// Bedrock's readers and writers by themselves: Converse read, fitted to Converse and written.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct BedrockTests {
    // MARK: - Requests

    @Test func conversationComesBackAsItWas() throws {
        let body = """
            {"messages":[{"role":"user","content":[{"text":"q"},{"cachePoint":{"type":"default",\
            "ttl":"1h"}},{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}},\
            {"document":{"format":"pdf","name":"a b","source":{"bytes":"JVBERi0="},\
            "context":"c","citations":{"enabled":true}}}]},{"role":"assistant","content":[\
            {"reasoningContent":{"reasoningText":{"text":"h","signature":"c2ln"}}},\
            {"reasoningContent":{"redactedContent":"AAAA"}},{"toolUse":{"toolUseId":"t.1:x",\
            "name":"f","input":{"a":1.50}}}]},{"role":"user","content":[{"toolResult":\
            {"toolUseId":"t.1:x","content":[{"text":"x"},{"json":{"n":1E5}}],\
            "status":"error"}}]}],"system":[{"text":"S"}],"inferenceConfig":{"maxTokens":5,\
            "temperature":0.50,"topP":1,"stopSequences":["X","\\u00e9"]},"toolConfig":{"tools":[\
            {"toolSpec":{"name":"f","description":"D","inputSchema":{"json":{"type":"object"}},\
            "strict":true}}],"toolChoice":{"tool":{"name":"f"}}},"additionalModelRequestFields":\
            {"top_k":5,"thinking":{"type":"enabled","budget_tokens":2000}},"outputConfig":\
            {"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":\
            "{\\"type\\":\\"object\\"}","name":"n","description":"d"}}},"effort":"high"},\
            "requestMetadata":{"team":"x"},"guardrailConfig":{"guardrailIdentifier":"g"}}
            """
        let line = "{\"recordId\":\"r 1\",\"modelInput\":\(body)}"
        let outcome = try request(line)
        #expect(outcome.text == line)
        #expect(outcome.losses == ["bedrock.batch_tools_unsupported:modelInput.toolConfig"])
    }

    @Test func membersMayComeInAnyOrder() throws {
        let outcome = try request(
            """
            {"modelInput":{"inferenceConfig":{"stopSequences":["","X"]},"messages":[{"content":[\
            {"text":"S"}],"role":"system"},{"content":[{"text":"q"}],"role":"user"}],\
            "system":[{"text":"T"}]},"recordId":"r1"}
            """)
        #expect(
            outcome.text == """
                {"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[\
                {"text":"q"}]}],"system":[{"text":"T"},{"text":"S"}],\
                "inferenceConfig":{"stopSequences":["X"]}}}
                """)
        #expect(outcome.losses.isEmpty)
    }

    @Test func novaSpellingsAreRead() throws {
        let outcome = try request(
            """
            {"recordId":"r1","modelInput":{"schemaVersion":"messages-v1","messages":[{"role":\
            "user","content":[{"text":"q"}]}],"inferenceConfig":{"max_new_tokens":5.0,"topK":20}}}
            """, model: "us.amazon.nova-lite-v1:0")
        #expect(
            outcome.text == """
                {"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[\
                {"text":"q"}]}],"inferenceConfig":{"maxTokens":5},\
                "additionalModelRequestFields":{"inferenceConfig":{"topK":20}}}}
                """)
    }

    @Test func lossesNameTheirMembers() throws {
        let outcome = try request(
            """
            {"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[{"guardContent":\
            {"text":{"text":"g","qualifiers":["query"]}}},{"citationsContent":{"content":[{"text":\
            "c"}],"citations":[{"title":"t"}]}}],"ts":1},{"role":"system","content":[{"text":"S"}\
            ]}],"system":[{"text":"T"},{"cachePoint":{"type":"default"}}],"toolConfig":{"tools":[\
            {"systemTool":{}},{"cachePoint":{"type":"default"}}]},"inferenceConfig":{"minTokens":1}\
            ,"additionalModelRequestFields":{"thinking":{"type":"adaptive"},"anthropic_beta":["b"],\
            "foo":{},"top_k":1},"serviceTier":{"type":"default"}},"tag":"t"}
            """)
        #expect(
            outcome.losses == [
                "cache.dropped:modelInput.system[1].cachePoint",
                "cache.dropped:modelInput.toolConfig.tools[1].cachePoint",
                "param.dropped:modelInput.additionalModelRequestFields.anthropic_beta",
                "param.dropped:modelInput.additionalModelRequestFields.thinking",
                "param.dropped:modelInput.inferenceConfig.minTokens",
                "param.dropped:modelInput.messages[0].content[1].citationsContent.citations",
                "param.dropped:modelInput.messages[0].ts",
                "param.dropped:modelInput.toolConfig.tools[0].systemTool",
                "param.dropped:tag",
                "safety.dropped:modelInput.messages[0].content[0].guardContent",
                "system.hoisted:modelInput.messages[1]",
            ])
        #expect(
            outcome.text == """
                {"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[\
                {"text":"g"},{"text":"c"}]}],"system":[{"text":"T"},{"text":"S"}],\
                "additionalModelRequestFields":{"top_k":1}}}
                """)
    }

    @Test(arguments: [
        (
            #"{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/a"}}}}"#,
            ErrorCode.contentRemoteURL
        ),
        (#"{"image":{"format":"tiff","source":{"bytes":"AAAA"}}}"#, .contentMediaType),
        (#"{"image":{"source":{"bytes":"AAAA"}}}"#, .missingField),
        (#"{"searchResult":{"source":"s"}}"#, .unsupportedBlock),
        (#"{"hologram":{}}"#, .unsupportedBlock),
        (#"{"text":"a","cachePoint":{"type":"default"}}"#, .unsupportedBlock),
        (#"{"text":"a","text":"b"}"#, .jsonDuplicateKey),
        (#"{"text":1}"#, .wrongType),
        (
            #"{"toolUse":{"toolUseId":"t","name":"f","input":{},"type":"server_tool_use"}}"#,
            .unsupportedTool
        ),
        (#"{"toolResult":{"toolUseId":"t","content":[{"searchResult":{}}]}}"#, .unsupportedBlock),
    ])
    func blocksAreRefused(block: String, code: ErrorCode) {
        let line =
            "{\"modelInput\":{\"messages\":[{\"role\":\"user\",\"content\":[\(block)]}]}}"
        #expect(failure { try request(line) } == code)
    }

    @Test(arguments: [
        (#"{"prompt":"hi","max_tokens_to_sample":5}"#, ErrorCode.bodyUnsupported),
        (#"{"prompt":"a [AVAILABLE_TOOLS] b","max_tokens":5}"#, .bodyUnsupported),
        (#"{"prompt":"<</SYS>>","max_gen_len":5}"#, .bodyUnsupported),
        (#"{"prompt":"x<|reserved_special_token_0|>","max_gen_len":5}"#, .bodyUnsupported),
        (#"{"prompt":"hi","p":1,"k":1,"stop":["x"]}"#, .bodyUnsupported),
        (#"{"prompt":"hi","inputText":"hi","textGenerationConfig":{}}"#, .bodyUnsupported),
        (#"{"prompt":"hi","textGenerationConfig":{}}"#, .bodyUnsupported),
        (#"{"prompt":"a <|image|>","max_gen_len":5}"#, .bodyUnsupported),
        (#"{"prompt":"a","images":["AAAA"],"max_gen_len":5}"#, .unsupportedImage),
        (#"{"prompt":5}"#, .wrongType),
        (#"{"prompt":"","max_tokens":5}"#, .contentEmpty),
        (#"{"max_gen_len":5}"#, .bodyUnsupported),
        (#"{"prompt":"<s>hi","max_gen_len":5}"#, .bodyUnsupported),
        (#"{"message":"hi","chat_history":[]}"#, .bodyUnsupported),
        (#"{"inputs":["a"],"images":[]}"#, .bodyUnsupported),
        (#"{"inferenceConfig":{}}"#, .missingField),
        (#""x""#, .wrongType),
        ("null", .missingField),
        (
            #"{"anthropic_version":"v","messages":[{"role":"user","content":[{"text":"q"}]}]}"#,
            .unsupportedBlock
        ),
    ])
    func bodiesAreRefused(body: String, code: ErrorCode) {
        #expect(failure { try request("{\"modelInput\":\(body)}") } == code)
    }

    // MARK: - Results

    @Test func answerComesBackAsItWas() throws {
        let line = """
            {"recordId":"r1","modelOutput":{"output":{"message":{"role":"assistant","content":[\
            {"reasoningContent":{"reasoningText":{"text":"h","signature":"c2ln"}}},\
            {"text":"a"},{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}},\
            {"toolUse":{"toolUseId":"t","name":"f","input":{"a":1.0}}}]}},"stopReason":"tool_use",\
            "usage":{"inputTokens":10,"outputTokens":5,"totalTokens":20,"cacheReadInputTokens":3,\
            "cacheWriteInputTokens":2,"cacheDetails":[{"ttl":"5m","inputTokens":0},{"ttl":"1h",\
            "inputTokens":2}]},"metrics":{"latencyMs":812}}}
            """
        let outcome = try result(line)
        #expect(outcome.text == line)
        #expect(outcome.losses == ["result.model_input_missing:recordId"])
    }

    @Test func novaCountsAreRead() throws {
        let outcome = try result(
            """
            {"recordId":"r1","modelInput":{"x":1,"x":2},"modelOutput":{"output":{"message":\
            {"content":[{"citationsContent":{"content":[{"text":"a"},{"text":"b"}],"citations":[]}}\
            ],"role":"assistant"}},"stopReason":"stop_sequence","additionalModelResponseFields":\
            {"stop_sequence":"X"},"usage":{"inputTokens":1,"outputTokens":2,\
            "cacheReadInputTokenCount":0}}}
            """)
        #expect(
            outcome.text == """
                {"recordId":"r1","modelInput":{"x":1,"x":2},"modelOutput":{"output":{"message":\
                {"role":"assistant","content":[{"text":"a"},{"text":"b"}]}},\
                "stopReason":"stop_sequence","usage":\
                {"inputTokens":1,"outputTokens":2,"totalTokens":3,"cacheReadInputTokens":0},\
                "metrics":{"latencyMs":0},"additionalModelResponseFields":{"stop_sequence":"X"}}}
                """)
    }

    @Test func errorsKeepTheirNumbers() throws {
        let outcome = try result(
            #"{"recordId":7,"error":{"errorMessage":"slow","errorCode":429},"modelInput":{}}"#)
        #expect(
            outcome.text
                == #"{"recordId":"7","modelInput":{},"error":"#
                + #"{"errorCode":429,"errorMessage":"slow"}}"#)
    }

    @Test(arguments: [
        (#"{"recordId":"r","modelOutput":{"results":[]}}"#, ErrorCode.bodyUnsupported),
        (#"{"recordId":"r","modelOutput":{"embeddings":[{"embedding":[1]}]}}"#, .bodyUnsupported),
        (#"{"recordId":"r","modelOutput":{"generation":1}}"#, .bodyUnsupported),
        (#"{"recordId":"r","modelOutput":{"outputs":[{"t":"x"}]}}"#, .bodyUnsupported),
        (#"{"recordId":"r","modelOutput":{"outputs":[{"text":"x"},{}]}}"#, .missingField),
        (#"{"recordId":"r","modelOutput":{"generation":"x","stop_reason":1}}"#, .wrongType),
        (#"{"recordId":"r","modelOutput":{"usage":{}}}"#, .missingField),
        (#"{"recordId":"r","modelInput":{}}"#, .missingField),
    ])
    func answersAreRefused(line: String, code: ErrorCode) {
        #expect(failure { try result(line) } == code)
    }

    @Test func idsOfCallsAreMadeUp() throws {
        let parts: [(String?, String)] = [(nil, "f"), ("call_1", "g"), ("bad id", "h")]
        var response = Response()
        let line = #"{"f":"f","g":"g","h":"h","call_1":"call_1","bad id":"bad id"}"#
        let outcome = try inContext(line) { context, output in
            let members = Array(context.view.members(.root))
            response.id.text = context.makeText("r1")
            response.beginChoice(at: .root)
            for (id, name) in parts {
                let place = members.first { context.view.decoded($0.name) == name }
                let node = try #require(place?.value)
                let idNode = members.first { context.view.decoded($0.name) == id }?.value
                response.append(
                    .toolCall(
                        ToolCall(
                            id: try idNode.map { try context.text($0) }, idNode: idNode,
                            name: try context.text(node), nameNode: node, arguments: .absent,
                            at: node)))
            }
            ResultRules.apply(ConverseResultWriter.traits, to: &response, &context)
            try ConverseOutput.write(response, to: &output, &context, flavour: .converse)
        }
        #expect(
            outcome.text == """
                {"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":\
                "call_2","name":"f","input":{}}},{"toolUse":{"toolUseId":"call_1","name":"g",\
                "input":{}}},{"toolUse":{"toolUseId":"call_3","name":"h","input":{}}}]}},\
                "stopReason":"tool_use","usage":{"inputTokens":0,"outputTokens":0,\
                "totalTokens":0},"metrics":{"latencyMs":0}}
                """)
        #expect(outcome.losses == ["tool_id.rewritten:bad id", "tool_id.synthesized:f"])
    }

    // MARK: - Detection

    @Test(arguments: [
        (
            #"{"recordId":"r","modelInput":{"messages":[{"role":"user","content":[{"text":"q"}]}]}}"#,
            RecordKind.request, "converse"
        ),
        (#"{"modelInput":{"schemaVersion":"messages-v1","messages":[]}}"#, .request, "nova"),
        (#"{"modelInput":{"anthropic_version":"v","messages":[]}}"#, .request, "anthropic"),
        (#"{"modelInput":{"messages":[{"role":"user","content":"q"}]}}"#, .request, "chat"),
        (
            #"{"modelInput":{"messages":[{"content":[{"type":"text","text":"q"}]}]}}"#, .request,
            "chat"
        ),
        (
            #"{"modelInput":{"messages":[{"content":[{"text":"q"}]}]},"modelOutput":{"choices":[]}}"#,
            .result, "chat"
        ),
        (
            #"{"modelInput":{},"modelOutput":{"type":"message"},"recordId":"r"}"#, .result,
            "anthropic"
        ),
        (#"{"recordId":"r","error":{"errorCode":400}}"#, .result, "converse"),
        (
            #"{"modelOutput":{"output":{},"usage":{},"metrics":{"latencyMs":1}}}"#, .result,
            "converse"
        ),
        (#"{"modelOutput":{"output":{},"usage":{"inputTokens":1}}}"#, .result, "converse"),
        (#"{"modelOutput":{"metrics":{},"output":{}}}"#, .result, "nova"),
        (
            #"{"modelOutput":{"usage":{"cacheReadInputTokens":0,"cacheReadInputTokenCount":0},"#
                + #""output":{},"metrics":{"latencyMs":3}}}"#, .result, "converse"
        ),
        (
            #"{"modelOutput":{"usage":{"cacheReadInputTokenCount":0},"output":{}}}"#, .result,
            "nova"
        ),
        (
            #"{"modelOutput":{"usage":{"cacheWriteInputTokenCount":0},"output":{}}}"#, .result,
            "nova"
        ),
        (#"{"modelInput":{"textGenerationConfig":{},"inputText":"q"}}"#, .request, "titan"),
        (#"{"modelInput":{"prompt":"q"}}"#, .request, "llama"),
        (#"{"modelInput":{"temperature":0,"top_p":1,"prompt":"q"}}"#, .request, "llama"),
        (#"{"modelInput":{"max_gen_len":1,"x":1,"prompt":"q"}}"#, .request, "llama"),
        (#"{"modelInput":{"max_tokens":1,"prompt":"q"}}"#, .request, "mistral"),
        (#"{"modelInput":{"prompt":"q","stop":[]}}"#, .request, "mistral"),
        (#"{"modelInput":{"prompt":"q","top_k":1}}"#, .request, "mistral"),
        (#"{"modelInput":{"prompt":"q","top_k":1,"x":1}}"#, .request, "other"),
        (#"{"modelInput":{"prompt":"q","messages":[]}}"#, .request, "converse"),
        (#"{"modelOutput":{"stop_reason":"stop","generation":"a"}}"#, .result, "llama"),
        (#"{"modelOutput":{"outputs":[{"stop_reason":"stop","text":"a"}]}}"#, .result, "mistral"),
        (
            #"{"modelOutput":{"inputTextTokenCount":1,"results":[{"outputText":"a"}]}}"#, .result,
            "titan"
        ),
        (#"{"modelOutput":{"results":[],"inputTextTokenCount":1}}"#, .result, "other"),
        (
            #"{"modelInput":{"prompt":"q","max_tokens":1},"error":{"errorCode":400}}"#, .result,
            "mistral"
        ),
        (#"{"modelInput":{"inputText":"q"}}"#, .request, "titan-embed"),
        (#"{"modelInput":{"texts":["q"],"images":[]}}"#, .request, "cohere-embed"),
        (#"{"modelInput":{"texts":["q"],"messages":[]}}"#, .request, "converse"),
        (#"{"modelInput":{},"modelOutput":{"embeddingsByType":{}}}"#, .result, "titan-embed"),
        (#"{"modelInput":{},"modelOutput":{"embeddings":[[1]]}}"#, .result, "cohere-embed"),
        (#"{"modelInput":{},"modelOutput":{"embeddings":{}}}"#, .result, "cohere-embed"),
        (#"{"modelInput":{},"modelOutput":{"embeddings":[{}]}}"#, .result, "other"),
    ])
    func dialectsAreTold(line: String, kind: RecordKind, dialect: String) throws {
        var indexer = JSONIndexer()
        var source = ByteBuffer()
        source.append(utf8: line)
        let detected = BedrockFormat.detect(try indexer.index(source.view))
        #expect(detected == DetectedRecord(kind: kind, dialect: dialect))
    }

    // MARK: - Running readers and writers

    private struct Outcome {
        var text: String
        /// The losses as `code:path`, sorted.
        var losses: [String]
    }

    private func request(_ line: String, model: String? = nil) throws -> Outcome {
        try inContext(line, model: model) { context, output in
            var request = Request()
            try BedrockRequestReader.read(into: &request, &context)
            try RequestRules.apply(ConverseRequestWriter.capabilities, to: &request, &context)
            try ConverseRequestWriter.write(request, to: &output, &context)
        }
    }

    private func result(_ line: String) throws -> Outcome {
        try inContext(line) { context, output in
            var response = Response()
            try BedrockResultReader.read(into: &response, &context)
            ResultRules.apply(ConverseResultWriter.traits, to: &response, &context)
            try ConverseResultWriter.write(response, to: &output, &context)
        }
    }

    private func inContext(
        _ line: String, model: String? = nil,
        _ body: (inout RecordContext, inout ByteBuffer) throws -> Void
    ) throws -> Outcome {
        var options = ConversionOptions()
        options.model = model
        var context = RecordContext(options: options)
        var indexer = JSONIndexer()
        var output = ByteBuffer()
        var source = ByteBuffer()
        source.append(utf8: line)
        context.begin(try indexer.index(source.view), line: 1)
        try body(&context, &output)
        let view = context.view
        let losses = context.losses.map { loss in
            switch loss.place {
            case .node(let node):
                var path = ByteBuffer()
                path.append(pathTo: node, of: view)
                return "\(loss.code.rawValue):\(path.view.text)"
            case .member(_, let name): return "\(loss.code.rawValue):\(name)"
            case .path(let path): return "\(loss.code.rawValue):\(path)"
            }
        }
        return Outcome(text: output.view.text, losses: losses.sorted())
    }

    private func failure(_ body: () throws -> Outcome) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? RecordError)?.code
        }
    }
}
