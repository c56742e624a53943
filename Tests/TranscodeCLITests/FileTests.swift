// SPDX-License-Identifier: Apache-2.0

// What happens to files when things go wrong: full disks, closed pipes, interruption.

import Foundation
import Testing

@Suite struct FileTests {
    /// One request, `count` times.
    private static func requests(_ count: Int, text: String = "Hello") -> String {
        var lines = ""
        for index in 0..<count {
            lines += #"{"recordId":"r\#(index)","modelInput":{"messages":[{"role":"user","#
            lines += #""content":[{"text":"\#(text)"}]}]}}"# + "\n"
        }
        return lines
    }

    /// A folder with one input.
    private func folder(_ count: Int, text: String = "Hello") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(Self.requests(count, text: text), to: "in.jsonl")
        return scratch
    }

    @Test func outputIsTheSameWithAnyNumberOfJobs() throws {
        let scratch = try folder(60_000)
        for jobs in 1...4 {
            let outcome = try Program.run(
                "transcode convert -q -t gemini -j \(jobs) in.jsonl -o out\(jobs).jsonl",
                in: scratch.url)
            #expect(outcome.status == 0, "\(outcome.errorText)")
        }
        let first = try scratch.read("out1.jsonl")
        #expect(first.count { $0 == 0x0A } == 60_000)
        for jobs in 2...4 { #expect(first == (try scratch.read("out\(jobs).jsonl"))) }
    }

    @Test func errorsAndLossesAreTheSameWithAnyNumberOfJobs() throws {
        let scratch = try Scratch()
        var lines = ""
        for index in 0..<40_000 {
            switch index % 1000 {
            case 7: lines += "{\n"
            case 8: lines += "\n"
            default:
                lines += #"{"custom_id":"i\#(index % 39_990)","method":"POST","#
                lines += #""url":"/v1/chat/completions","body":{"model":"m","seed":\#(index),"#
                lines += #""messages":[{"role":"user","content":"Hello \#(index)"}]}}"# + "\n"
            }
        }
        try scratch.write(lines, to: "in.jsonl")
        for jobs in 1...3 {
            let outcome = try Program.run(
                "transcode convert -t anthropic -j \(jobs) --on-error skip --rejects bad\(jobs) "
                    + "--report r\(jobs).json in.jsonl -o out\(jobs).jsonl", in: scratch.url)
            #expect(outcome.status == 1)
        }
        for jobs in 2...3 {
            #expect(try scratch.read("out1.jsonl") == scratch.read("out\(jobs).jsonl"))
            #expect(try scratch.read("bad1") == scratch.read("bad\(jobs)"))
            #expect(try scratch.read("bad1.txt") == scratch.read("bad\(jobs).txt"))
        }
    }

    @Test func statisticsAreTheSameWithAnyNumberOfJobs() throws {
        let scratch = try folder(60_000)
        try scratch.write(Self.requests(20_000, text: "longer") + "{\n", to: "more.jsonl")
        let outcomes = try (1...4).map { jobs in
            try Program.run("transcode stats -j \(jobs) in.jsonl more.jsonl", in: scratch.url)
        }
        #expect(outcomes[0].status == 1)
        #expect(outcomes[0].outputText.contains("80,001"))
        for outcome in outcomes { #expect(outcome.output == outcomes[0].output) }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script")))
    func statisticsDrawBarsOnATerminalOnly() throws {
        let scratch = try folder(3)
        let piped = try Program.run("transcode stats in.jsonl", in: scratch.url)
        #expect(piped.outputText.contains("median"))
        #expect(!piped.outputText.contains("#"))
        #if os(Linux)
        let shown = try Program.run(
            "script -qec 'transcode stats in.jsonl' /dev/null", in: scratch.url)
        #expect(shown.outputText.contains("64  " + String(repeating: "#", count: 40) + "  3"))
        #endif
    }

    @Test func tinyPipesGiveTheSameBytes() throws {
        let scratch = try folder(40)
        let whole = try Program.run("transcode convert -q -t gemini in.jsonl", in: scratch.url)
        for (size, jobs) in [(1, 1), (7, 3), (100, 2)] {
            let outcome = try Program.run(
                "dd if=in.jsonl bs=\(size) status=none | transcode convert -q -t gemini -j \(jobs)",
                in: scratch.url)
            #expect(outcome.status == 0)
            #expect(outcome.output == whole.output)
        }
    }

    @Test(arguments: ["1", "3"])
    func recordsArriveBeforeThePipeEnds(_ jobs: String) throws {
        let scratch = try Scratch()
        let program = try RunningProgram(
            ["convert", "-q", "-t", "gemini", "-j", jobs], in: scratch)
        for count in 1...8 {
            program.write(Self.requests(1))
            let arrives = program.wait(until: {
                (try? scratch.read("stdout").count { $0 == 0x0A }) == count
            })
            #expect(arrives, "record \(count)")
        }
    }

    @Test func longLinesAreCarriedFromBlockToBlock() throws {
        let scratch = try folder(5, text: String(repeating: "long ", count: 700_000))
        let outcome = try Program.run(
            "transcode convert -q -t gemini -j 2 in.jsonl | wc -lc", in: scratch.url)
        let numbers = outcome.outputText.split(separator: " ").compactMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        #expect(numbers.first == 5)
        #expect(numbers.last ?? 0 > 5 * 3_500_000)
    }

    @Test func memoryDoesNotGrowWithTheFile() throws {
        let scratch = try folder(200_000, text: String(repeating: "x", count: 400))
        let limit = "ulimit -v 262144; "
        // A sanitizer's shadow memory does not fit into any limit.
        guard try Program.run(limit + "transcode version", in: scratch.url).status == 0 else {
            return
        }
        let outcome = try Program.run(
            limit + "transcode convert -q -t gemini -j 2 in.jsonl | wc -l", in: scratch.url)
        #expect(outcome.outputText.trimmingCharacters(in: .whitespacesAndNewlines) == "200000")
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDiskIsReported() throws {
        let scratch = try folder(10)
        let direct = try Program.run(
            "transcode convert -q -t gemini in.jsonl -o /dev/full", in: scratch.url)
        #expect(direct.status == 3)
        #expect(direct.errorText == "transcode: /dev/full: no space left on the disk\n")
        let standard = try Program.run(
            "transcode convert -q -t gemini in.jsonl > /dev/full", in: scratch.url)
        #expect(standard.status == 3)
        #expect(standard.errorText == "transcode: <stdout>: no space left on the disk\n")
        let help = try Program.run("transcode help > /dev/full", in: scratch.url)
        #expect(help.status == 3)
        let parts = try Program.run(
            "mkdir parts; ln -s /dev/full parts/part-0001.jsonl; "
                + "transcode split -q -t gemini in.jsonl -o parts", in: scratch.url)
        #expect(parts.status == 3)
        #expect(parts.errorText == "transcode: parts/part-0001.jsonl: no space left on the disk\n")
    }

    @Test func interruptedSplitLeavesNoBegunPartAndNoManifest() throws {
        let scratch = try Scratch()
        let program = try RunningProgram(
            ["split", "-q", "-t", "gemini", "--limit", "max-records=2", "-o", "parts"], in: scratch)
        program.write(Self.requests(29))
        let parts = scratch.url.appendingPathComponent("parts").path
        func names() -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: parts)) ?? []).sorted()
        }
        // More files than the table of those that a signal removes has places.
        let begins = program.wait(until: {
            names().count == 15 && names().contains { $0.hasPrefix(".part-0015") }
        })
        #expect(begins, "\(names())")
        program.send(SIGINT)
        #expect(program.status == 130)
        #expect(names() == (1...14).map { "part-\($0 < 10 ? "000" : "00")\($0).jsonl" })
    }

    @Test func closedPipeEndsSilently() throws {
        let scratch = try folder(50_000)
        let outcome = try Program.run(
            "(transcode convert -q -t gemini in.jsonl --on-error skip --rejects bad; "
                + "echo $? > status) | head -1", in: scratch.url)
        #expect(outcome.errorText.isEmpty)
        #expect(String(decoding: try scratch.read("status"), as: UTF8.self) == "141\n")
        #expect(scratch.names == ["in.jsonl", "status"])
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func interruptionLeavesNothing(_ number: Int32) throws {
        let scratch = try Scratch()
        let program = try RunningProgram(
            [
                "convert", "-q", "-t", "gemini", "-o", "out.jsonl", "--on-error", "skip",
                "--rejects", "bad.jsonl",
            ], in: scratch)
        program.write(Self.requests(10))
        let begins = program.wait(until: {
            scratch.names.filter { $0.contains(".transcode-") }.count == 3
        })
        #expect(begins)
        program.send(number)
        #expect(program.status == 130)
        #expect(scratch.names == ["stderr", "stdout"])
    }

    @Test func nothingIsReadWhenTheOutputCannotBeWritten() throws {
        let scratch = try folder(10)
        try scratch.write("precious\n", to: "out.jsonl")
        let outcome = try Program.run(
            "transcode convert -t gemini in.jsonl -o out.jsonl", in: scratch.url)
        #expect(outcome.status == 3)
        #expect(try scratch.read("out.jsonl") == Data("precious\n".utf8))
    }

    @Test func replacedFileKeepsItsMode() throws {
        let scratch = try folder(1)
        let outcome = try Program.run(
            "touch out.jsonl; chmod 640 out.jsonl; "
                + "transcode convert -q --force -t gemini in.jsonl -o out.jsonl; "
                + "ls -l out.jsonl | cut -c1-10", in: scratch.url)
        #expect(outcome.outputText == "-rw-r-----\n")
    }

    @Test func unreadableFileIsReported() throws {
        let scratch = try folder(1)
        let outcome = try Program.run(
            "chmod 000 in.jsonl; test -r in.jsonl && exit 99; transcode check in.jsonl",
            in: scratch.url)
        // The superuser may read everything.
        guard outcome.status != 99 else { return }
        #expect(outcome.status == 3)
        #expect(outcome.errorText == "transcode: in.jsonl: permission denied\n")
    }

    @Test(arguments: ["1", "3"])
    func stopDoesNotWaitForTheRestOfAPipe(_ jobs: String) throws {
        let scratch = try Scratch()
        let program = try RunningProgram(
            ["convert", "-q", "-t", "gemini", "-j", jobs], in: scratch)
        program.write(Self.requests(60_000))
        program.write("broken\n" + Self.requests(10))
        #expect(program.status == 4)
    }
}
