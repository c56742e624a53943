// SPDX-License-Identifier: Apache-2.0

// Embeddings beyond what fixtures can say: shapes, base64 asked for by the client, scanning.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct EmbeddingTests {
    private func configuration(_ kind: RecordKind, _ target: String) throws -> Configuration {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.kind = kind
        configuration.source = FormatID("openai")
        configuration.onError = .skip
        return configuration
    }

    private func result(_ id: String, _ vector: String, tokens: Int = 2) -> String {
        """
        {"id":"b","custom_id":"\(id)","response":{"status_code":200,"request_id":"q","body":\
        {"object":"list","data":[{"object":"embedding","index":0,"embedding":\(vector)}],\
        "model":"m","usage":{"prompt_tokens":\(tokens),"total_tokens":\(tokens)}}},"error":null}\n
        """
    }

    /// How many records of a block were written from a shape that the first has taught.
    private func replayedCount(_ block: String, _ configuration: Configuration) throws -> Int {
        var converter = BlockConverter(try Conversion(configuration))
        let position = BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        converter.convert(Array(block.utf8).span.bytes, position)
        #expect(converter.log.errorCount == 0)
        return converter.replayedCount
    }

    @Test(arguments: ["gemini", "bedrock/titan-embed", "bedrock/cohere-embed"])
    func vectorsAreSlots(target: String) throws {
        let block = (0..<100).map { number in
            let numbers = (0...number).map { "0.\($0), -\($0)e-3" }.joined(separator: ", ")
            return result("r\(number)", "[\(numbers)]", tokens: number)
        }
        let count = try replayedCount(block.joined(), configuration(.result, target))
        #expect(count == 99)
    }

    @Test(arguments: ["gemini", "bedrock/titan-embed", "bedrock/cohere-embed"])
    func inputsAreSlots(target: String) throws {
        let block = (0..<100).map { number in
            """
            {"custom_id":"r\(number)","method":"POST","url":"/v1/embeddings","body":{"model":"m",\
            "input":"\(String(repeating: "word ", count: number + 1))"}}\n
            """
        }
        let count = try replayedCount(block.joined(), configuration(.request, target))
        #expect(count == 99)
    }

    @Test func inputsAreCounted() throws {
        let inputs = [#""a""#, #"["a"]"#, #"["a","b","c"]"#]
        let lines = (0..<90).map { number in
            let url =
                number < 30 ? "/v1/embeddings" : number < 60 ? "/embeddings" : "/v1/embeddings"
            return #"{"custom_id":"r\#(number)","method":"POST","url":"\#(url)","#
                + #""body":{"model":"m","input":\#(inputs[number % 3])}}"#
        }
        let chat =
            #"{"custom_id":"c","url":"/v1/chat/completions","body":{"model":"m","messages":"#
            + #"[{"role":"user","content":"q"}]}}"#
        let text =
            (lines + [
                chat,
                #"{"custom_id":"t","url":"/v1/embeddings","body":"#
                    + #"{"model":"m","input":[[1],[2],[3]]}}"#,
            ]).joined(separator: "\n")
        var configuration = try configuration(.request, "bedrock")
        configuration.options.model = "cohere.embed-v4:0"
        let report = try convert(Array(text.utf8), configuration).report
        #expect(report.embeddings.records == 90 && report.embeddings.inputs == 150)
        var scanner = RecordScanner()
        var counts: [Int?] = []
        scanner.scan(
            Array(text.utf8).span.bytes, BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        ) { counts.append($0.embeddingInputs) }
        #expect(counts.compactMap(\.self).reduce(0, +) == 153)
        #expect(counts.suffix(2) == [nil, 3])
    }

    @Test func copiedInputsAreCounted() throws {
        let inputs = [#""a""#, #"["a","b"]"#, "[1,2,3]", "[[1],[2]]", "7"]
        let lines = inputs.enumerated().map {
            #"{"custom_id":"r\#($0)","url":"/v1/embeddings","body":{"model":"m","input":\#($1)}}"#
        }
        var configuration = try configuration(.request, "openai")
        configuration.source = FormatID("openai/embeddings")
        let text = lines.joined(separator: "\n")
        let outcome = try convert(Array(text.utf8), configuration)
        #expect(outcome.text == text && outcome.warnings.isEmpty)
        #expect(outcome.report.embeddings.records == 4 && outcome.report.embeddings.inputs == 6)
    }

    /// What is refused in the end counts for nothing, whether the conversion goes on or not.
    @Test(arguments: [Configuration.ErrorPolicy.skip, .stop])
    func duplicatesAreNotCounted(policy: Configuration.ErrorPolicy) throws {
        let ids = ["a", "b", "a", "c", "d"]
        let lines = ids.map {
            #"{"recordId":"\#($0)","modelInput":{"texts":["x","y"],"input_type":"search_query"}}"#
        }
        var configuration = try configuration(.request, "openai")
        configuration.source = FormatID("bedrock")
        configuration.onError = policy
        configuration.options.model = "m"
        let report = try convert(Array(lines.joined(separator: "\n").utf8), configuration).report
        let written = policy == .skip ? 4 : 2
        #expect(report.recordsWritten == written && report.embeddings.records == written)
        #expect(report.embeddings.inputs == 2 * written)
    }

    @Test func modelsOfDuplicatesAreNotCounted() throws {
        let lines = ["a", "a", "b"].enumerated().map { number, id in
            #"{"custom_id":"\#(id)","url":"/v1/chat/completions","body":{"model":"m\#(number)","#
                + #""messages":[{"role":"user","content":"q"}]}}"#
        }
        for policy in [Configuration.ErrorPolicy.skip, .stop] {
            var configuration = try configuration(.request, "anthropic")
            configuration.onError = policy
            let report = try convert(
                Array(lines.joined(separator: "\n").utf8), configuration
            ).report
            #expect(report.models.map(\.name) == (policy == .skip ? ["m0", "m2"] : ["m0"]))
        }
    }

    /// The lines of another service, or a dialect that was named and is not there, say nothing.
    @Test(arguments: ["vertex", "gemini", "gemini/embed-content"])
    func aNamedServiceIsNoKind(source: String) throws {
        let line = #"{"custom_id":"q","request":{"content":{"parts":[{"text":"x"}]}},"extra":"1"}"#
        var configuration = try configuration(.request, "bedrock/titan-embed")
        configuration.source = FormatID(source)
        #expect(try convert(Array(line.utf8), configuration).report.recordsWritten == 1)
        configuration.target = try #require(FormatID("openai"))
        configuration.options.model = "m"
        let outcome = try convert(Array(line.utf8), configuration)
        #expect(outcome.text.contains(#""input":"x""#), "\(outcome.report.errors)")
    }

    @Test(arguments: ["base64", "float"])
    func clientsGetTheSpellingThatTheyAskedFor(encoding: String) throws {
        let request = """
            {"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"input":"x",\
            "encoding_format":"\(encoding)"}}\n
            """
        var builder = RequestIndexBuilder()
        builder.feed(Array(request.utf8).span.bytes)
        var configuration = try configuration(.result, "openai")
        configuration.source = FormatID("gemini/embed-content")
        configuration.requests = builder.finish(bytes: MemoryRequests(bytes: Array(request.utf8)))
        let outcome = try convert(
            Array(#"{"key":"a","response":{"embedding":{"values":[1, -0.5, 1e-1]}}}"#.utf8),
            configuration)
        let expected = encoding == "base64" ? #""AACAPwAAAL/NzMw9""# : "[1,-0.5,1e-1]"
        #expect(outcome.text.contains(#""embedding":\#(expected)}"#))
        #expect(outcome.report.target?.description == "openai/embeddings")
    }

    @Test func base64BecomesNumbersForThoseWhoAskedForNumbers() throws {
        let request = #"{"custom_id":"a","url":"/v1/embeddings","body":{"input":"x"}}"#
        var builder = RequestIndexBuilder()
        builder.feed(Array(request.utf8).span.bytes)
        var configuration = try configuration(.result, "openai")
        configuration.source = FormatID("bedrock")
        configuration.requests = builder.finish(bytes: MemoryRequests(bytes: Array(request.utf8)))
        let line = #"{"recordId":"a","modelOutput":{"embeddings":{"base64":["AACAPwAAAL8="]}}}"#
        let outcome = try convert(Array(line.utf8), configuration)
        #expect(outcome.text.contains(#""embedding":[1.0,-0.5]}"#))
    }

    @Test(arguments: ["[1e400]", #"["x"]"#, "[null]", "[[1]]"])
    func numbersBeyondFloatsAreNoBase64(values: String) throws {
        let request =
            #"{"custom_id":"a","url":"/v1/embeddings","body":{"encoding_format":"base64"}}"#
        var builder = RequestIndexBuilder()
        builder.feed(Array(request.utf8).span.bytes)
        var configuration = try configuration(.result, "openai/embeddings")
        configuration.source = FormatID("gemini")
        configuration.requests = builder.finish(bytes: MemoryRequests(bytes: Array(request.utf8)))
        let line = #"{"key":"a","response":{"embedding":{"values":\#(values)}}}"#
        let outcome = try convert(Array(line.utf8), configuration)
        #expect(outcome.report.errors.map(\.code) == ["wrong_type"])
    }

    @Test func scanningCountsVectorsAsAnswers() {
        let text =
            result("a", "[1]", tokens: 7) + result("b", #""AACAPw==""#, tokens: 5)
            + #"{"custom_id":"c","response":{"status_code":200,"body":{"data":[]}}}"# + "\n"
            + #"{"recordId":"d","modelOutput":{"embeddings":{"int8":[[1]]}}}"# + "\n"
            + #"{"custom_id":"e","url":"/v1/embeddings","body":{"model":"m","input":[1,2]}}"#
        var scanner = RecordScanner()
        var records: [RecordSummary] = []
        scanner.scan(
            Array(text.utf8).span.bytes,
            BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        ) { records.append($0) }
        #expect(records.map(\.failure) == [nil, nil, "no_body", nil, nil])
        #expect(records.map(\.fault?.code) == [nil, nil, nil, nil, nil])
        #expect(records.map(\.usage?.input) == [7, 5, nil, nil, nil])
        #expect(records.map(\.end) == [nil, nil, nil, nil, nil])
        #expect(
            records.map(\.format?.description) == [
                "openai/embeddings", "openai/embeddings", "openai/embeddings",
                "bedrock/cohere-embed", "openai/embeddings",
            ])
        #expect(records.map(\.maxOutputTokens) == [nil, nil, nil, nil, 0])
    }

    @Test(arguments: [
        (#"{"key":"a","request":{"content":{"parts":[]}}}"#, "gemini/embed-content"),
        (#"{"request":{"contents":[],"content":{}}}"#, "gemini/vertex"),
        (#"{"embedding":{"values":[1]},"tokenCount":"1"}"#, "gemini/embed-content"),
        (#"{"response":{"candidates":[],"embedding":{}}}"#, "gemini/generate-content"),
        (#"{"response":{"candidates":[],"embedding":{"values":[1]}}}"#, "gemini/embed-content"),
        (#"{"response":{"candidates":[{}],"embeddings":[{}]}}"#, "gemini/generate-content"),
        (#"{"embedding":{"values":[1]},"usageMetadata":{}}"#, "gemini/embed-content"),
        (#"{"promptFeedback":{},"embeddings":[],"candidates":[]}"#, "gemini/generate-content"),
        (#"{"\u0065mbedding":{"values":[1]}}"#, "gemini/embed-content"),
        (#"{"key":"a","r\u0065quest":{"c\u006fntents":[]}}"#, "gemini/generate-content"),
        (#"{"r\u0065sponse":{"c\u0061ndidates":[]}}"#, "gemini/generate-content"),
        (#"{"request":{"contents":[],"content":{"parts":[]}}}"#, "gemini/embed-content"),
        (#"{"custom_id":"a","url":"\/v2\/embeddings","body":{}}"#, "openai/embeddings"),
        (#"{"custom_id":"a","url":"/v1/embeddings"}"#, "openai/embeddings"),
        (#"{"custom_id":"a","response":{"body":{"data":[],"choices":[]}}}"#, "openai/chat"),
        (#"{"custom_id":"a","response":{"body":{"data":[1],"choices":[]}}}"#, "openai/embeddings"),
        (#"{"custom_id":"a","response":{"body":{"data":[1],"choices":[1]}}}"#, "openai/chat"),
        (#"{"recordId":"a","modelInput":{"texts":[]},"error":{}}"#, "bedrock/cohere-embed"),
    ])
    func dialectsAreTold(line: String, expected: String) {
        let detected = Detection.detect(line: Array(line.utf8).span.bytes)
        #expect(detected?.format.description == expected)
    }

    @Test(arguments: [
        (nil, nil), ("amazon.nova-lite-v1:0", nil), ("amazon.titan-embed-text-v2:0", "titan-embed"),
        ("us.cohere.embed-v4:0", "cohere-embed"), ("COHERE.embed-english-v3", "cohere-embed"),
    ])
    func theModelTellsTheDialectOfBedrock(model: String?, expected: String?) {
        #expect(BedrockFormat.embeddingDialect(for: model)?.name == expected)
    }
}
