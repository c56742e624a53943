// SPDX-License-Identifier: Apache-2.0

// The JSON suite: what RFC 8259 allows is accepted, what it forbids is refused at the right place.

import Foundation
import Testing

@testable import JSONLCodec

/// The folder Tests/Fixtures, found from this file.
let fixtures = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

/// The names of the files of a folder with a suffix, sorted.
func fixtureNames(_ folder: String, suffix: String) -> [String] {
    let path = fixtures.appending(path: folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        .filter { $0.hasSuffix(suffix) }.sorted()
}

/// The bytes of a fixture.
func fixture(_ folder: String, _ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: fixtures.appending(path: folder).appending(path: name)))
}

/// The fault of a text, or nil.
func fault(in text: [UInt8]) -> JSONError? {
    var indexer = JSONIndexer()
    return ByteView.with(text.span.bytes) { bytes in
        do throws(JSONError) {
            _ = try indexer.index(bytes)
            return nil
        } catch {
            return error
        }
    }
}

@Suite struct JSONSuiteTests {
    static let names = fixtureNames("json", suffix: ".json")

    @Test func suiteIsLarge() {
        #expect(Self.names.count >= 200)
    }

    @Test func validTextsAreAccepted() throws {
        for name in Self.names where name.hasPrefix("y_") {
            let found = fault(in: try fixture("json", name))
            #expect(found == nil, "\(name): \(found.map { "\($0)" } ?? "")")
        }
    }

    @Test func invalidTextsAreRefusedWithCodeAndColumn() throws {
        let table = String(decoding: try fixture("json", "expected.tsv"), as: UTF8.self)
        var rows = 0
        for row in table.split(separator: "\n").dropFirst() {
            let cells = row.split(separator: "\t", omittingEmptySubsequences: false)
            let found = fault(in: try fixture("json", String(cells[0])))
            #expect(found?.code.rawValue == String(cells[1]), "\(cells[0])")
            if let column = Int(cells[2]), let found {
                #expect(found.offset + 1 == column, "\(cells[0])")
            }
            rows += 1
        }
        #expect(rows >= 100)
    }

    @Test func doubtfulTextsDoNotCrash() throws {
        for name in Self.names where name.hasPrefix("i_") {
            _ = fault(in: try fixture("json", name))
        }
    }

    /// Python's own JSON texts, cut at every byte: an error, never a crash, never accepted.
    @Test func truncatedTextsAreRefused() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"\u00e9\ud83d\ude00é",true,false,null,{}],"b":""}"#.utf8)
        #expect(fault(in: text) == nil)
        for length in 0..<text.count {
            #expect(fault(in: Array(text[..<length])) != nil, "\(length) bytes")
        }
    }
}
