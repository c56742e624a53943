// SPDX-License-Identifier: Apache-2.0

// Results that come in any order, in any number of files, from several providers.

import Foundation
import Testing

@Suite struct JoinTests {
    private static let count = 9000

    private static func request(_ index: Int) -> String {
        #"{"recordId":"id-\#(index)","modelInput":{"messages":[{"role":"user","#
            + #""content":[{"text":"Question \#(index)"}]}]}}"# + "\n"
    }

    /// A result of one of two providers; every tenth is a failure.
    private static func result(_ index: Int) -> String {
        switch index % 20 {
        case 7: #"{"key":"id-\#(index)","error":{"code":8,"message":"quota"}}"# + "\n"
        case 9:
            #"{"custom_id":"id-\#(index)","response":{"status_code":500,"body":{}},"error":null}"#
                + "\n"
        case let kind where kind % 2 == 0:
            #"{"response":{"candidates":[{"content":{"parts":[{"text":"Answer \#(index)"}],"#
                + #""role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":"#
                + #"\#(index),"candidatesTokenCount":2}},"key":"id-\#(index)"}"# + "\n"
        default:
            #"{"custom_id":"id-\#(index)","response":{"status_code":200,"body":{"object":"#
                + #""chat.completion","choices":[{"message":{"role":"assistant","content":"#
                + #""Answer \#(index)"},"finish_reason":"stop"}],"usage":{"prompt_tokens":"#
                + #"\#(index),"completion_tokens":2}}},"error":null}"# + "\n"
        }
    }

    /// All numbers below the count, in an order that looks random.
    private static var shuffled: [Int] { (0..<count).map { ($0 * 7919 + 13) % count } }

    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write((0..<Self.count).map(Self.request).joined(), to: "all.jsonl")
        for part in 0..<3 {
            let lines = Self.shuffled.filter { $0 % 3 == part }.map(Self.result)
            try scratch.write(lines.joined(), to: "out-\(part).jsonl")
        }
        return scratch
    }

    private func ids(_ scratch: Scratch, _ name: String) throws -> [String] {
        String(decoding: try scratch.read(name), as: UTF8.self).split(separator: "\n").map {
            String($0.split(separator: "\"")[3])
        }
    }

    @Test func orderIsThatOfTheRequestsForAnyNumberOfJobs() throws {
        let scratch = try folder()
        for jobs in 1...3 {
            let outcome = try Program.run(
                "mkdir \(jobs); transcode join -j \(jobs) all.jsonl out-*.jsonl "
                    + "-o \(jobs)/r.jsonl", in: scratch.url)
            #expect(outcome.status == 1)
            #expect(outcome.errorText.contains("9,000 requests: 8,100 succeeded, 900 failed, 0 "))
        }
        #expect(try ids(scratch, "1/r.jsonl") == (0..<Self.count).map { "id-\($0)" })
        for jobs in 2...3 {
            #expect(try scratch.read("1/r.jsonl") == scratch.read("\(jobs)/r.jsonl"))
        }
        let manifest = String(
            decoding: try scratch.read("1/manifest.json.out"), as: UTF8.self)
        let tokens = (0..<Self.count).filter { $0 % 20 != 7 && $0 % 20 != 9 }.reduce(0, +)
        let expected =
            #"{"totalRecordCount":9000,"processedRecordCount":9000,"#
            + #""successRecordCount":8100,"errorRecordCount":900,"inputTokenCount":\#(tokens),"#
            + #""outputTokenCount":16200}"# + "\n"
        #expect(manifest == expected)
    }

    @Test func joinedResultsAreThoseOfTheConversionInOrder() throws {
        let scratch = try folder()
        // The conversion reads one provider a file, so it gets those of one.
        let lines = (0..<Self.count).filter { $0 % 2 == 0 }.map(Self.result)
        try scratch.write(lines.joined(), to: "gemini.jsonl")
        let joined = try Program.run(
            "transcode join -q --max-errors 1 all.jsonl gemini.jsonl", in: scratch.url)
        let converted = try Program.run(
            "transcode convert -q -t bedrock --requests all.jsonl gemini.jsonl", in: scratch.url)
        #expect(converted.status == 0)
        #expect(joined.output == converted.output)
    }

    @Test func orderOfArrivalIsThatOfTheFiles() throws {
        let scratch = try folder()
        let outcome = try Program.run(
            "transcode join -q --order arrival all.jsonl out-2.jsonl out-0.jsonl out-1.jsonl "
                + "-o r.jsonl", in: scratch.url)
        #expect(outcome.status == 1)
        let expected = [2, 0, 1].flatMap { part in Self.shuffled.filter { $0 % 3 == part } }
        #expect(try ids(scratch, "r.jsonl") == expected.map { "id-\($0)" })
    }

    @Test func retryWritesTheSameForAnyNumberOfJobs() throws {
        let scratch = try folder()
        for jobs in 1...3 {
            let outcome = try Program.run(
                "transcode retry -j \(jobs) -t gemini all.jsonl out-0.jsonl out-2.jsonl -o \(jobs)",
                in: scratch.url)
            #expect(outcome.status == 0)
            #expect(
                outcome.errorText.contains("600 failed + 3,000 missing -> wrote \(jobs): 3,600 "))
        }
        let expected = (0..<Self.count).filter { $0 % 3 == 1 || $0 % 20 == 7 || $0 % 20 == 9 }
        #expect(try ids(scratch, "1") == expected.map { "id-\($0)" })
        for jobs in 2...3 { #expect(try scratch.read("1") == scratch.read("\(jobs)")) }
    }

    @Test func retriesAreJoinedWithWhatCameBefore() throws {
        let scratch = try folder()
        let retry = try Program.run(
            "transcode retry -q all.jsonl out-*.jsonl -o again.jsonl", in: scratch.url)
        #expect(retry.status == 0)
        // What is asked again is answered this time.
        let answers = try ids(scratch, "again.jsonl").map { id in
            #"{"key":"\#(id)","response":{"candidates":[{"content":{"parts":[{"text":"Now"}]},"#
                + #""finishReason":"STOP"}]}}"# + "\n"
        }
        try scratch.write(answers.joined(), to: "more.jsonl")
        let joined = try Program.run(
            "transcode join all.jsonl out-*.jsonl more.jsonl -o r.jsonl", in: scratch.url)
        #expect(joined.status == 0)
        #expect(joined.errorText.contains("9,000 requests: 9,000 succeeded, 0 failed, 0 missing"))
        #expect(try ids(scratch, "r.jsonl") == (0..<Self.count).map { "id-\($0)" })
    }

    @Test func pipesAreAsGoodAsFiles() throws {
        let scratch = try folder()
        let files = try Program.run("transcode join -q all.jsonl out-*.jsonl", in: scratch.url)
        let pipe = try Program.run(
            "cat out-*.jsonl | transcode join -q all.jsonl -", in: scratch.url)
        #expect(files.output.count { $0 == 0x0A } == Self.count)
        #expect(files.output == pipe.output)
        #expect(files.errors == pipe.errors)
    }

    @Test func longLinesAreSkippedAndPlacesBehindThemAreRight() throws {
        let scratch = try Scratch()
        try scratch.write((0..<4).map(Self.request).joined(), to: "all.jsonl")
        let long = String(repeating: "x", count: 700_000)
        try scratch.write(
            Self.result(0) + "{\"a\":\"\(long)\"}\n" + Self.result(2) + Self.result(3),
            to: "out.jsonl")
        let outcome = try Program.run(
            "transcode join -t openai --max-line-bytes 1000 all.jsonl out.jsonl -o r.jsonl",
            in: scratch.url)
        #expect(outcome.status == 1)
        #expect(outcome.errorText.contains("out.jsonl:2:1001: error: the line is over the limit"))
        let text = String(decoding: try scratch.read("r.jsonl"), as: UTF8.self)
        for answer in ["Answer 0", "Answer 2", "Answer 3"] { #expect(text.contains(answer)) }
        #expect(text.split(separator: "\n").count == 3)
    }
}
