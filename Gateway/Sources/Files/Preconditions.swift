// SPDX-License-Identifier: Apache-2.0

// The headers `If-...` (RFC 9110 section 13), for reading and for writing.

import HTTPTypes
import Wire

/// What a request expects of an object.
struct Preconditions: Sendable {
    private let ifMatch: String?
    private let ifNoneMatch: String?
    private let ifModifiedSince: UTCDate?
    private let ifUnmodifiedSince: UTCDate?

    /// Reads the headers, with a prefix for the source of a copy.
    init(_ headers: HTTPFields, prefix: String = "") {
        let value = { (name: String) in HTTPField.Name(prefix + name).flatMap { headers[$0] } }
        ifMatch = value("if-match")
        ifNoneMatch = value("if-none-match")
        ifModifiedSince = value("if-modified-since").flatMap { UTCDate(http: $0) }
        ifUnmodifiedSince = value("if-unmodified-since").flatMap { UTCDate(http: $0) }
    }

    /// Nothing is expected.
    var isEmpty: Bool {
        ifMatch == nil && ifNoneMatch == nil && ifModifiedSince == nil && ifUnmodifiedSince == nil
    }

    /// There is a condition on the object that is to be replaced.
    var isOnWriting: Bool { ifMatch != nil || ifNoneMatch != nil }

    /// Checks an object that is to be read.
    ///
    /// - Throws: 412, or 304 where nothing has changed.
    func check(etag: String, modified: Int64) throws(S3Error) {
        // The dates of HTTP know whole seconds only.
        let date = UTCDate(milliseconds: modified / 1000 * 1000)
        if let ifMatch {
            guard Self.holds(ifMatch, etag) else { throw .preconditionFailed }
        } else if let ifUnmodifiedSince, date > ifUnmodifiedSince {
            throw .preconditionFailed
        }
        if let ifNoneMatch {
            guard !Self.holds(ifNoneMatch, etag) else { throw .notModified }
        } else if let ifModifiedSince, date <= ifModifiedSince {
            throw .notModified
        }
    }

    /// Whether an object with that ETag, or none, may be replaced.
    func allowWriting(over etag: String?) -> Bool {
        if let ifMatch {
            guard let etag, Self.holds(ifMatch, etag) else { return false }
        }
        if let ifNoneMatch, let etag, Self.holds(ifNoneMatch, etag) { return false }
        return true
    }

    /// Whether an ETag is among those of a header; they come with quotes and without.
    private static func holds(_ header: String, _ etag: String) -> Bool {
        header.split(separator: ",").contains { item in
            var text = item.drop { $0 == " " }
            while text.last == " " { text.removeLast() }
            if text == "*" { return true }
            if text.hasPrefix("W/") { text = text.dropFirst(2) }
            if text.count >= 2, text.first == "\"", text.last == "\"" {
                text = text.dropFirst().dropLast()
            }
            return text == etag
        }
    }

    /// `If-Match` on an object that is not there is 404, not 412.
    var needsObject: Bool { ifMatch != nil }
}
