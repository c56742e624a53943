// SPDX-License-Identifier: Apache-2.0

// Where the fixtures are, and the lines of the files in them.

import Foundation

@testable import Transcoder

/// The folder Tests/Fixtures, found from this file.
enum Fixtures {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The files of a folder with a suffix, sorted by name.
    static func files(in folder: String, suffix: String = ".jsonl") -> [URL] {
        let names =
            (try? FileManager.default.contentsOfDirectory(
                atPath: root.appending(path: folder).path)) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map {
            root.appending(path: folder).appending(path: $0)
        }
    }

    /// The folders in a folder, sorted by name.
    static func folders(in folder: String) -> [URL] {
        let names =
            (try? FileManager.default.contentsOfDirectory(
                atPath: root.appending(path: folder).path)) ?? []
        return names.filter { !$0.contains(".") }.sorted().map {
            root.appending(path: folder).appending(path: $0)
        }
    }

    /// The formats whose spellings stand in the folders of cases: a file each, with a dash for the
    /// slash of a dialect that is not the provider's default.
    static let spellings =
        FormatRegistry.names
        + [
            "openai/responses", "bedrock/nova", "bedrock/llama", "bedrock/mistral", "bedrock/titan",
            "bedrock/titan-embed", "bedrock/cohere-embed",
        ]

    /// The name of the file that holds the spelling of a format.
    static func fileName(_ format: String, from source: String? = nil) -> String {
        let names = [format, source].compactMap(\.self).map { name in
            String(name.map { $0 == "/" ? "-" : $0 })
        }
        return names.joined(separator: ".from-") + ".jsonl"
    }

    /// The lines of a file that are not empty.
    static func lines(_ file: URL) throws -> [[UInt8]] {
        let bytes = [UInt8](try Data(contentsOf: file))
        return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
