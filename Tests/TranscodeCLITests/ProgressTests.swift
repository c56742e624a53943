// SPDX-License-Identifier: Apache-2.0

// What is shown on a real terminal, and only there.

import Foundation
import Testing
import Transcoder

@testable import transcode

@Suite struct ProgressTests {
    private static let hasTerminals: Bool = {
        guard let scratch = try? Scratch() else { return false }
        return (try? Program.run("command -v script", in: scratch.url).status) == 0
    }()

    private func report(read: Int, records: Int, rejected: Int) -> Report {
        var report = Report()
        report.bytesRead = read
        report.recordsRead = records
        report.recordsRejected = rejected
        return report
    }

    @Test func lineTellsWhatIsKnown() {
        #expect(
            Progress.line(
                report(read: 1_200_000_000, records: 1_100_000, rejected: 3), seconds: 1.25,
                totalByteCount: 2_900_000_000)
                == " 41%  1.2 GB of 2.9 GB  960.0 MB/s  1,100,000 records  3 rejected  eta 2s")
        #expect(
            Progress.line(
                report(read: 500, records: 1, rejected: 0), seconds: 0.5, totalByteCount: nil)
                == "500 bytes  1.0 kB/s  1 record")
        #expect(
            Progress.line(
                report(read: 1, records: 0, rejected: 0), seconds: 1, totalByteCount: 7200
            )
            .hasSuffix("eta 1h 59m"))
        #expect(
            Progress.line(report(read: 9, records: 9, rejected: 0), seconds: 0, totalByteCount: 5)
                .hasPrefix("100%"))
    }

    /// Runs a command in a terminal of its own, with an input that takes a second to come.
    private func shown(_ command: String, environment: String = "TERM=xterm") throws -> String {
        let scratch = try Scratch()
        let content = #"[{"role":"user","content":[{"text":"Hi"}]}]"#
        let line = #"{"recordId":"r","modelInput":{"messages":\#(content)}}"#
        try scratch.write(line + "\n", to: "line")
        try scratch.write(
            "(for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat line; sleep 0.1; done) | \(command)\n",
            to: "run")
        let outcome = try Program.run(
            "\(environment) script -qec 'sh run' /dev/null < /dev/null", in: scratch.url)
        #expect(outcome.status == 0, "\(outcome.outputText)")
        return outcome.outputText
    }

    @Test(.enabled(if: hasTerminals))
    func lineComesAndGoes() throws {
        let text = try shown("transcode convert -t gemini - -o out.jsonl")
        #expect(text.contains(" records"))
        #expect(text.contains("\r\u{1B}[K"))
        let last = try #require(text.range(of: "\r\u{1B}[K", options: .backwards))
        #expect(text[last.upperBound...].hasPrefix("wrote out.jsonl"), "\(text)")
    }

    @Test(
        .enabled(if: hasTerminals),
        arguments: [
            "transcode convert -t gemini -", "transcode convert -t gemini -q - -o o",
            "transcode convert -t gemini --no-progress - -o o",
            "transcode convert -t gemini - -o o 2> errors",
        ])
    func lineStaysAwayWhereNobodyWantsIt(_ command: String) throws {
        #expect(!(try shown(command).contains("\u{1B}[K")))
    }

    @Test(.enabled(if: hasTerminals))
    func dumbTerminalsAreSpared() throws {
        let text = try shown("transcode convert -t gemini - -o o", environment: "TERM=dumb")
        #expect(!text.contains("\u{1B}"))
    }

    // MARK: - Other things that only happen on terminals

    @Test(
        .enabled(if: hasTerminals),
        arguments: [
            ("TERM=xterm", "", true), ("TERM=xterm NO_COLOR=1", "", false),
            ("TERM=dumb", "", false),
            ("TERM=xterm NO_COLOR=1", "--color always", true), ("TERM=xterm", "--no-color", false),
            ("TERM=xterm", "--color never", false),
        ])
    func colourFollowsTheTerminalAndItsUser(
        _ environment: String, _ flags: String, _ isColoured: Bool
    ) throws {
        let scratch = try Scratch()
        try scratch.write("{\"broken\n", to: "in.jsonl")
        let outcome = try Program.run(
            "\(environment) script -qec 'transcode check \(flags) in.jsonl' /dev/null < /dev/null",
            in: scratch.url)
        #expect(outcome.outputText.contains("error:"))
        #expect(outcome.outputText.contains("\u{1B}[") == isColoured, "\(outcome.outputText)")
    }

    @Test(.enabled(if: hasTerminals))
    func controlCTakesTheLineAndTheFileAway() throws {
        let scratch = try Scratch()
        let content = #"[{"role":"user","content":[{"text":"Hi"}]}]"#
        let line = #"{"recordId":"r","modelInput":{"messages":\#(content)}}"#
        try scratch.write(line + "\n", to: "line")
        // The terminal's own key: what is typed goes to all that run in the foreground.
        try scratch.write(
            "(while cat line; do sleep 0.1; done) | transcode convert -t gemini - -o out.jsonl\n"
                + "echo status $?\n", to: "run")
        let outcome = try Program.run(
            "(sleep 5; printf '\\003'; sleep 1) | TERM=xterm timeout 60 "
                + "script -qec 'bash -c \"trap : INT; . ./run\"' /dev/null", in: scratch.url)
        #expect(outcome.outputText.contains("status 130"), "\(outcome.outputText)")
        let erased = try #require(
            outcome.outputText.range(of: "\r\u{1B}[K", options: .backwards))
        #expect(!outcome.outputText[erased.upperBound...].contains(" records"))
        #expect(scratch.names.allSatisfy { !$0.contains("out.jsonl") })
    }

    @Test(.enabled(if: hasTerminals))
    func closedPipesAndFullDisksAreTheSameOnATerminal() throws {
        let scratch = try Scratch()
        let content = #"[{"role":"user","content":[{"text":"Hi"}]}]"#
        let line = #"{"recordId":"r","modelInput":{"messages":\#(content)}}"# + "\n"
        try scratch.write(String(repeating: line, count: 20_000), to: "in.jsonl")
        for (command, expected) in [
            ("transcode convert -q -t gemini in.jsonl | head -1", "\"key\":\"r\""),
            ("transcode convert -t gemini in.jsonl -o /dev/full", "no space left on the disk"),
        ] {
            let outcome = try Program.run(
                "TERM=xterm script -qec '\(command)' /dev/null < /dev/null", in: scratch.url)
            #expect(outcome.outputText.contains(expected), "\(outcome.outputText)")
            #expect(!outcome.outputText.contains("\u{1B}[K"))
        }
    }
}
