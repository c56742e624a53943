// SPDX-License-Identifier: Apache-2.0

// Compressed files go in and come out by the system's own programs, and their failures are ours.

import Foundation
import Testing

@testable import transcode

@Suite struct CompressionTests {
    /// The programs that are here, with the suffix of their files.
    private static let programs: [(name: String, suffix: String)] = [
        ("gzip", "gz"), ("zstd", "zst"),
    ].filter { program in
        guard let scratch = try? Scratch() else { return false }
        return (try? Program.run("command -v \(program.0)", in: scratch.url).status) == 0
    }

    /// A folder with a file of requests and what it becomes.
    private func folder(_ count: Int = 3000) throws -> (Scratch, plain: Data) {
        let scratch = try Scratch()
        var lines = ""
        for index in 0..<count {
            lines += #"{"recordId":"r\#(index)","modelInput":{"messages":[{"role":"user","#
            lines += #""content":[{"text":"Hello \#(index &* 7919)"}]}]}}"# + "\n"
        }
        try scratch.write(lines, to: "in.jsonl")
        let plain = try Program.run("transcode convert -q -t gemini in.jsonl", in: scratch.url)
        #expect(plain.status == 0)
        return (scratch, plain.output)
    }

    @Test func thereIsAProgramToTestWith() { #expect(!Self.programs.isEmpty) }

    @Test(arguments: programs.map(\.name))
    func inputIsDecompressed(_ program: String) throws {
        let (scratch, plain) = try folder()
        for read in ["packed", "< packed", "- < packed"] {
            let outcome = try Program.run(
                "\(program) -c in.jsonl > packed; transcode convert -q -t gemini \(read)",
                in: scratch.url)
            #expect(outcome.output == plain, "\(read) \(outcome.errorText)")
        }
        let pipe = try Program.run(
            "\(program) -c in.jsonl | dd bs=1 count=3 of=head status=none; "
                + "(cat head; tail -c +4 packed) | transcode convert -q -t gemini", in: scratch.url)
        #expect(pipe.output == plain, "\(pipe.errorText)")
    }

    @Test(arguments: programs.map(\.suffix))
    func outputIsCompressedByItsName(_ suffix: String) throws {
        let (scratch, plain) = try folder()
        let program = suffix == "gz" ? "gzip" : "zstd"
        let outcome = try Program.run(
            "transcode convert -q -t gemini in.jsonl -o out.\(suffix) && \(program) -dc out.\(suffix)",
            in: scratch.url)
        #expect(outcome.output == plain, "\(outcome.errorText)")
        #expect(scratch.names == ["in.jsonl", "out.\(suffix)"])
    }

    @Test(arguments: programs.map(\.name))
    func fileThatIsCutShortIsReported(_ program: String) throws {
        let (scratch, _) = try folder()
        let outcome = try Program.run(
            "\(program) -c in.jsonl > all; head -c 5000 all > cut; rm all; "
                + "transcode convert -q -t gemini cut -o out.jsonl", in: scratch.url)
        #expect(outcome.status == 3)
        #expect(outcome.errorText.hasPrefix("transcode: cut: "))
        #expect(scratch.names == ["cut", "in.jsonl"])
    }

    @Test func missingProgramIsNamed() throws {
        let (scratch, _) = try folder(1)
        let outcome = try Program.run(
            "gzip -c in.jsonl > in.gz; program=$(command -v transcode); "
                + "PATH=/nowhere $program detect in.gz", in: scratch.url)
        #expect(outcome.status == 3)
        #expect(outcome.errorText == "transcode: in.gz: needs gzip, which is not installed\n")
    }

    @Test func compressionCanBeSwitchedOff() throws {
        let (scratch, plain) = try folder()
        let output = try Program.run(
            "transcode convert -q -z none -t gemini in.jsonl -o out.gz; cat out.gz",
            in: scratch.url)
        #expect(output.output == plain)
        let input = try Program.run(
            "gzip -c in.jsonl > in.gz; transcode detect --compressed none in.gz", in: scratch.url)
        #expect(input.status == 4)
    }

    @Test(arguments: programs.map(\.name))
    func batchVerbsTakeCompressedFiles(_ program: String) throws {
        let scratch = try Scratch()
        var requests = ""
        var results = ""
        for index in 0..<2000 {
            requests += #"{"recordId":"r\#(index)","modelInput":{"messages":[{"role":"user","#
            requests += #""content":[{"text":"Hello"}]}]}}"# + "\n"
            // In another order than the requests; some failed.
            let id = index * 7 % 2000
            let answer = #""response":{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}"#
            let failure = #""error":{"code":8,"message":"no"}"#
            results += #"{"key":"r\#(id)",\#(id % 9 == 0 ? failure : answer)}"# + "\n"
        }
        try scratch.write(requests, to: "all")
        try scratch.write(results, to: "out")
        let pack = "for f in all out; do \(program) -c $f > $f.packed; done; "
        for command in [
            "transcode join -q all out", "transcode retry -q -t openai -m m all out",
            "transcode convert -q -t bedrock --requests all out",
            "transcode stats all out | grep -v '^[a-z]'",
            "transcode split -q -t openai --limit max-records=700 all -o parts; cat parts/part*",
        ] {
            let plain = try Program.run(command, in: scratch.url)
            #expect(plain.output.count > 500, "\(command)")
            let packed = try Program.run(
                pack + "rm -rf parts; "
                    + command.replacingOccurrences(of: " all", with: " all.packed")
                    .replacingOccurrences(of: " out", with: " out.packed"), in: scratch.url)
            #expect(packed.status == plain.status, "\(command)")
            #expect(packed.output == plain.output, "\(command)")
            #expect(packed.errors == plain.errors, "\(command)")
        }
    }

    @Test func resultsThatAreCutShortAreReported() throws {
        let (scratch, _) = try folder(2000)
        let results = (0..<2000).map { index in
            #"{"key":"r\#(index)","error":{"code":8,"message":"\#(index &* 7919)"}}"# + "\n"
        }
        try scratch.write(results.joined(), to: "out")
        let outcome = try Program.run(
            "gzip -c out | head -c 5000 > out.gz; transcode join -q in.jsonl out.gz -o joined",
            in: scratch.url)
        #expect(outcome.status == 3)
        #expect(outcome.errorText.hasPrefix("transcode: out.gz: "), "\(outcome.errorText)")
        #expect(!scratch.names.contains("joined"))
    }

    @Test func earlyEndLeavesNoProgramBehind() throws {
        let (scratch, _) = try folder(40_000)
        let outcome = try Program.run(
            "(head -1 in.jsonl; echo broken; cat in.jsonl) | gzip -c > in.gz; "
                + "timeout 20 transcode convert -q -t gemini in.gz -o out.gz; echo $?",
            in: scratch.url)
        #expect(outcome.outputText == "4\n")
        #expect(scratch.names == ["in.gz", "in.jsonl"])
    }
}
