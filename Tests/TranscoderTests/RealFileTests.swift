// SPDX-License-Identifier: Apache-2.0

// Batch files from the wild, where they are at hand: every record is right or refused for a reason.

import Foundation
import Testing

@testable import Transcoder

/// Files that others wrote; they are not part of the project and are read in place.
enum RealFiles {
    /// The folder: `TRANSCODE_REAL_FILES`, or `../shared/real` beside the project.
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRANSCODE_REAL_FILES"] {
            return URL(filePath: path)
        }
        return Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared/real")
    }()

    /// `provider-kind/name.jsonl` of every file.
    static let names: [String] = {
        let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
        let names = paths.compactMap { $0 as? String }.filter { $0.hasSuffix(".jsonl") }.sorted()
        if names.isEmpty { print("RealFileTests: no files in \(folder.path): skipped") }
        return names
    }()
}

@Suite struct RealFileTests {
    /// What a record of a real file may be refused for.
    static let reasons: Set<String> = [
        "endpoint.unsupported", "body.unsupported", "content.remote_url", "content.media_type",
        "content.empty", "content.unsupported:modality", "duplicate_custom_id",
        "prompt.unsupported", "embedding.dimensions",
    ]

    @Test(arguments: RealFiles.names)
    func everyRecordIsConvertedOrRefused(name: String) throws {
        let input = [UInt8](try Data(contentsOf: RealFiles.folder.appending(path: name)))
        let label = name.prefix { $0 != "/" }.split(separator: "-").map(String.init)
        let provider = label[0] == "vertex" ? "gemini" : label[0]
        for target in FormatID.allNames {
            var configuration = Configuration(target: try #require(FormatID(target)))
            configuration.onError = .skip
            configuration.options.model = "claude-sonnet-4-5"
            let outcome = try convert(input, configuration)
            let report = outcome.report
            #expect(report.source?.provider == provider, "\(name) is found to be \(label)")
            #expect(report.kind?.rawValue == label[1])
            #expect(report.recordsRead == report.recordsWritten + report.recordsRejected)
            #expect(outcome.output.split(separator: 10).count == report.recordsWritten)
            for error in report.errors {
                #expect(
                    Self.reasons.contains(error.code),
                    "\(name):\(error.place.line) to \(target): \(error.code) at \(error.path)")
            }
            if target == provider {
                #expect(report.errors.isEmpty)
                #expect(outcome.output == input, "its own format gives back its bytes")
            }
        }
    }
}
