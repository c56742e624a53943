// SPDX-License-Identifier: Apache-2.0

// What is shown to readers is what happens: examples of the help pages and of the README.

import Foundation
import Testing

@testable import transcode

@Suite struct ExampleTests {
    /// The words of a command line up to a pipe, comments and quotes aside.
    private static func words(_ line: String) -> [String]? {
        guard let start = line.range(of: "transcode ") else { return nil }
        let command = line[start.upperBound...].split(separator: "|")[0]
        return command.split(separator: " ").map(String.init)
    }

    @Test(arguments: Verb.allCases)
    func helpExamplesAreUnderstood(_ verb: Verb) throws {
        for example in verb.examples {
            let words = try #require(Self.words(example))
            let parsed = try FlagParser.parse(words)
            #expect(parsed.verb == verb, "\(example)")
            if verb == .convert || verb == .check { _ = try Settings(parsed) }
        }
    }

    private static var readme: String {
        (try? String(
            contentsOf: Program.project.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""
    }

    @Test func readmeCommandsAreUnderstood() throws {
        let commands = Self.readme.split(separator: "\n").filter { $0.hasPrefix("transcode ") }
        #expect(commands.count >= 4)
        for line in commands {
            // What is far to the right says what the command does.
            let command = line.replacingOccurrences(
                of: " {2,}.*", with: "", options: .regularExpression)
            let parsed = try FlagParser.parse(try #require(Self.words(command)))
            #expect(parsed.verb != nil, "\(command)")
        }
    }

    @Test func readmeShowsWhatHappens() throws {
        let folder = GoldenTests.root.appendingPathComponent("readme")
        let errors = try String(
            contentsOf: folder.appendingPathComponent("stderr"), encoding: .utf8)
        #expect(Self.readme.contains(errors), "the README shows other messages")
        let output = try String(
            contentsOf: folder.appendingPathComponent("stdout"), encoding: .utf8)
        for line in output.split(separator: "\n") {
            // Lines may be cut in the README.
            let isShown = Self.readme.split(separator: "\n").contains { shown in
                let beginning = shown.hasSuffix("…") ? shown.dropLast() : shown
                return beginning.count > 40 && line.hasPrefix(beginning)
            }
            #expect(isShown, "the README does not show \(line)")
        }
    }
}
