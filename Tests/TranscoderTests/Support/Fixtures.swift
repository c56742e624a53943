// SPDX-License-Identifier: Apache-2.0

// Where the fixtures are, and the lines of the files in them.

import Foundation

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

    /// The lines of a file that are not empty.
    static func lines(_ file: URL) throws -> [[UInt8]] {
        let bytes = [UInt8](try Data(contentsOf: file))
        return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
