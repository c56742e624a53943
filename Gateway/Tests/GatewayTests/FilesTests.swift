// SPDX-License-Identifier: Apache-2.0

// Pieces of the Files API: checksums, frames, ranges, conditions, dates, documents.

import HTTPTypes
import NIOCore
import Testing
import Wire

@testable import Files

@Suite struct FilesTests {
    /// The check values of the catalogue of parametrised CRC algorithms, for "123456789".
    @Test(arguments: [
        (ChecksumKind.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
        (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
    ])
    func checksumsHaveTheirCheckValues(_ kind: ChecksumKind, _ expected: String) {
        for cut in 0...9 {
            var sum = RunningChecksum(kind)
            let bytes = Array("123456789".utf8)
            bytes[..<cut].withUnsafeBytes { sum.update($0) }
            bytes[cut...].withUnsafeBytes { sum.update($0) }
            let digits = sum.value.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }
            #expect(digits.joined() == expected)
        }
    }

    @Test func base64GoesBothWays() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 250) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("any carnal pleas".utf8)) == "YW55IGNhcm5hbCBwbGVhcw==")
        for text in ["a", "====", "ab=c", "a b=", "abcd="] { #expect(Base64.decode(text) == nil) }
    }

    private func decode(_ text: String, count: Int, step: Int) throws -> (String, [String: String])
    {
        var decoder = ChunkedDecoder(
            expectedCount: count, verifier: nil, hasSignedTrailer: false)
        var output = ByteBuffer()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            var piece = ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)])
            try decoder.decode(&piece, into: &output)
        }
        try decoder.finish()
        return (String(buffer: output), decoder.trailers)
    }

    @Test(arguments: 1...12)
    func framesAreTakenOffAtEveryCut(_ step: Int) throws {
        let body =
            "5\r\nhello\r\nA;chunk-signature=x\r\n, world of\r\n0\r\nx-amz-checksum-crc32: AAAA\r\n\r\n"
        let (text, trailers) = try decode(body, count: 15, step: step)
        #expect(text == "hello, world of")
        #expect(trailers == ["x-amz-checksum-crc32": "AAAA"])
    }

    @Test(arguments: [
        "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "6\r\nhello!\r\n0\r\n\r\n", "4\r\nhell\r\n0\r\n\r\n", "zz\r\n", "5\nhello\n0\n\n",
        "5\r\nhello\r\n0\r\n\r\nmore", "fffffffffffffffff\r\n",
    ])
    func brokenFramesAreRefused(_ body: String) {
        for step in [1, 3, 100] {
            #expect(throws: S3Error.self) { try decode(body, count: 5, step: step) }
        }
    }

    @Test func rangesAreThoseOfS3() throws {
        let cases: [(String, Range<Int>?)] = [
            ("bytes=0-1", 0..<2), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10), ("bytes=-30", 0..<10),
            ("bytes=9-100", 9..<10), ("bytes=3-1", nil), ("bytes=0-1,3-4", nil), ("bites=0-1", nil),
            ("bytes=a-b", nil), ("bytes=-", nil),
        ]
        for (header, expected) in cases {
            #expect(try ByteRange.parse(header, count: 10) == expected, "\(header)")
        }
        for header in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            #expect(throws: S3Error.invalidRange) { try ByteRange.parse(header, count: 10) }
        }
    }

    @Test func conditionsTakeTagsWithQuotesAndWithout() throws {
        let conditions = { (fields: HTTPFields) in Preconditions(fields) }
        for tag in ["\"abc\"", "abc", "*", "\"x\", \"abc\"", "W/\"abc\""] {
            try conditions([.ifMatch: tag]).check(etag: "abc", modified: 0)
            #expect(throws: S3Error.notModified) {
                try conditions([.ifNoneMatch: tag]).check(etag: "abc", modified: 0)
            }
        }
        #expect(throws: S3Error.preconditionFailed) {
            try conditions([.ifMatch: "x"]).check(etag: "abc", modified: 0)
        }
        #expect(!conditions([.ifNoneMatch: "*"]).allowWriting(over: "x"))
        #expect(conditions([.ifNoneMatch: "*"]).allowWriting(over: nil))
        #expect(!conditions([.ifMatch: "x"]).allowWriting(over: nil))
        let date = "Tue, 24 Nov 2026 03:00:00 GMT"
        let moment = try #require(UTCDate(http: date)).milliseconds
        #expect(throws: S3Error.notModified) {
            try conditions([.ifModifiedSince: date]).check(etag: "a", modified: moment + 999)
        }
        try conditions([.ifModifiedSince: date]).check(etag: "a", modified: moment + 1000)
    }

    @Test func datesGoBothWays() throws {
        for second in stride(from: Int64(0), to: 4_000_000_000, by: 9_999_991) {
            let date = UTCDate(milliseconds: second * 1000)
            #expect(UTCDate(basic: date.basic) == date)
            #expect(UTCDate(iso: date.iso) == date)
            #expect(UTCDate(http: date.http) == date)
        }
        #expect(UTCDate(milliseconds: 1_732_417_200_123).iso == "2024-11-24T03:00:00.123Z")
        #expect(
            UTCDate(iso: "2024-11-24T04:30:00.5+01:30")?.iso == "2024-11-24T03:00:00.500Z")
        for text in ["", "2024-13-01T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00"] {
            #expect(UTCDate(iso: text) == nil)
        }
    }

    @Test func documentsAreReadStrictly() {
        let text =
            "<?xml version='1.0'?><!-- x --><D xmlns=\"u\"><O><Key>a&amp;b&#x41; &lt;</Key><E/></O></D>"
        let document = XMLElement.parse(Array(text.utf8))
        #expect(document?.children.first?["Key"] == "a&bA <")
        for broken in [
            "", "<a>", "<a></b>", "<a/><b/>", "text", "<a>&unknown;</a>", "<a b=c/>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a><![CDATA[x]]></a>", "<a>&#0;x</a",
            String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
        ] { #expect(XMLElement.parse(Array(broken.utf8)) == nil, "\(broken)") }
    }

    @Test func targetsAreSplitOnceAndNeverNormalised() throws {
        let target = { (path: String) throws(S3Error) in
            try S3Target(HTTPRequest(method: .get, scheme: nil, authority: "h", path: path))
        }
        #expect(try target("/bedrock/files").bucket == nil)
        #expect(try target("/bedrock/files/b/").key == nil)
        #expect(try target("/bedrock/files/b/../../etc/passwd").key == "../../etc/passwd")
        #expect(try target("/bedrock/files/b//a//b").key == "/a//b")
        #expect(try target("/bedrock/files/b/a%2Fb%2B+").key == "a/b++")
        for path in [
            "/b/a%00b", "/b/%ff", "/b/%z1", "/b/" + String(repeating: "k", count: 1025), "/b%2Fc/d",
        ] {
            #expect(throws: S3Error.self) { try target("/bedrock/files" + path) }
        }
    }
}
