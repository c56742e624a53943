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

    @Test func requestsMustNotBeCompressed() throws {
        let (scratch, _) = try folder(1)
        let outcome = try Program.run(
            "gzip -c in.jsonl > in.gz; transcode convert -t bedrock --requests in.gz in.jsonl",
            in: scratch.url)
        #expect(outcome.status == 3)
        #expect(outcome.errorText.contains("in.gz: is compressed"))
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
