// SPDX-License-Identifier: Apache-2.0

// Runs every command under Tests/Fixtures/cli and compares all that it leaves behind.

import Foundation
import Testing

/// The cases: a folder each, with `cmd`, `stdout`, `stderr`, `status`, perhaps `stdin`, and below
/// `files` what must have been written.
///
/// A command runs in a copy of `inputs` and of the case's own files. With `TRANSCODE_RECORD` set,
/// what comes out is written into the folder instead: look at the difference before keeping it.
@Suite struct GoldenTests {
    static let root = Program.project.appendingPathComponent("Tests/Fixtures/cli")

    static let cases: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().filter { name in
            FileManager.default.fileExists(
                atPath: root.appendingPathComponent("\(name)/cmd").path)
        }
    }()

    private static let results = ["cmd", "stdin", "stdout", "stderr", "status", "files"]

    @Test func thereAreManyCases() { #expect(Self.cases.count >= 60) }

    @Test(arguments: cases)
    func runs(_ name: String) throws {
        let folder = Self.root.appendingPathComponent(name)
        let scratch = try Scratch()
        try copy(Self.root.appendingPathComponent("inputs"), to: scratch.url, except: [])
        try copy(folder, to: scratch.url, except: Self.results)
        let input = try? Data(contentsOf: folder.appendingPathComponent("stdin"))
        let command = try text(folder, "cmd")
        let outcome = try Program.run(command, in: scratch.url, input: input ?? Data())
        let output = Self.steady(outcome.output)
        let errors = Self.steady(outcome.errors)
        if ProcessInfo.processInfo.environment["TRANSCODE_RECORD"] != nil {
            try record(outcome.status, output, errors, folder, scratch)
            return
        }
        #expect(outcome.status == Int32(try text(folder, "status").dropLast(1)))
        #expect(shown(output) == shown(try data(folder, "stdout")))
        #expect(shown(errors) == shown(try data(folder, "stderr")))
        #expect(output == (try data(folder, "stdout")))
        #expect(errors == (try data(folder, "stderr")))
        let files = folder.appendingPathComponent("files")
        for file in (try? FileManager.default.contentsOfDirectory(atPath: files.path)) ?? [] {
            let expected = try Data(contentsOf: files.appendingPathComponent(file))
            #expect(shown(Self.steady(try scratch.read(file))) == shown(expected), "\(file)")
        }
        #expect(!scratch.names.contains { $0.contains(".transcode-") }, "a temporary file stayed")
    }

    private func copy(_ source: URL, to target: URL, except names: [String]) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path)
        where !names.contains(name) {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }

    private func record(
        _ status: Int32, _ output: Data, _ errors: Data, _ folder: URL, _ scratch: Scratch
    ) throws {
        try Data("\(status)\n".utf8).write(to: folder.appendingPathComponent("status"))
        try output.write(to: folder.appendingPathComponent("stdout"))
        try errors.write(to: folder.appendingPathComponent("stderr"))
        let files = folder.appendingPathComponent("files")
        for file in (try? FileManager.default.contentsOfDirectory(atPath: files.path)) ?? [] {
            try Self.steady(try scratch.read(file))
                .write(to: files.appendingPathComponent(file))
        }
    }

    private func data(_ folder: URL, _ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    private func text(_ folder: URL, _ name: String) throws -> String {
        String(decoding: try data(folder, name), as: UTF8.self)
    }

    /// As text, where a difference can be read.
    private func shown(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

    /// Durations and rates are the only things that differ between two runs.
    private static func steady(_ data: Data) -> Data {
        guard var text = String(data: data, encoding: .utf8) else { return data }
        for (pattern, steady) in [
            (#" in \d+\.\d\d s;"#, " in 0.00 s;"),
            (#""seconds":\d+\.\d+"#, #""seconds":0.0"#),
            (#"[0-9.]+ [kMGT]?B(ytes)? a second"#, "0 MB a second"),
            (#"[0-9]+ bytes a second"#, "0 MB a second"),
        ] {
            text = text.replacingOccurrences(of: pattern, with: steady, options: .regularExpression)
        }
        return Data(text.utf8)
    }
}
