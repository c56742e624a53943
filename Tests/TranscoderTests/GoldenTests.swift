// SPDX-License-Identifier: Apache-2.0

// Golden cases: the mapping tables, case by case.

import Foundation
import Testing

@testable import Transcoder

@Suite struct GoldenTests {
    static let files =
        Fixtures.files(in: "golden") + Fixtures.files(in: "golden-own")

    @Test(arguments: files)
    func casesHold(file: URL) throws {
        for line in try Fixtures.lines(file) {
            let golden = try GoldenCase(line: line)
            let line = golden.input + [UInt8(ascii: "\n")]
            let outcome = try convert(line, golden.configuration())
            let fault = try mismatch(golden, outcome)
            #expect(fault == nil, "\(golden.name): \(fault ?? "")")
        }
    }

    @Test func thereAreCases() throws {
        let count = try Self.files.reduce(0) { try $0 + Fixtures.lines($1).count }
        #expect(count >= 180)
    }

    /// What is wrong with an outcome, or nil.
    private func mismatch(_ golden: GoldenCase, _ outcome: Outcome) throws -> String? {
        if let error = golden.error {
            guard let found = outcome.report.errors.first else {
                return "no error, expected \(error); output \(outcome.text)"
            }
            return found.code == error
                ? nil : "error \(found.code) at \(found.path), expected \(error)"
        }
        if let found = outcome.report.errors.first {
            return "error \(found.code) at \(found.path): \(found.message)"
        }
        if let raw = golden.expectedRaw, outcome.text != raw + "\n" {
            return "output \(outcome.text), expected \(raw)"
        }
        if let expected = golden.expected {
            let (left, right) = (try Canonical.text(outcome.output), try Canonical.text(expected))
            if left != right { return "output\n\(left)\nexpected\n\(right)" }
        }
        guard outcome.warnings == golden.warnings else {
            return "warnings \(outcome.warnings), expected \(golden.warnings)"
        }
        return nil
    }
}
