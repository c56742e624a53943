// SPDX-License-Identifier: Apache-2.0

// The small tables between providers: errors by status, times as seconds.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct ErrorMapTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T22:13:20.987654Z", 1_700_000_000),
        ("2023-11-15T00:13:20+02:00", 1_700_000_000), ("2024-02-29T00:00:00Z", 1_709_164_800),
        ("2100-03-01T00:00:00-00:30", 4_107_544_200), ("2023-11-14", nil),
        ("2023-13-14T22:13:20Z", nil), ("2023-11-14T22:13:20", nil),
    ])
    func timesAreSecondsSince1970(text: String, expected: Int?) {
        var bytes = ByteBuffer()
        bytes.append(utf8: text)
        #expect(UnixTime.seconds(ofRFC3339: bytes.view) == expected)
    }

    @Test func googleCodesComeBack() {
        for status in [400, 401, 403, 404, 409, 429, 499, 500, 501, 503, 504] {
            #expect(ErrorMap.status(googleCode: ErrorMap.googleCode(status: status)) == status)
        }
        #expect(ErrorMap.status(googleCode: 9) == 400)
        #expect(ErrorMap.status(googleCode: 529) == 503)
        #expect(ErrorMap.googleCode(status: 408) == 4)
        #expect(ErrorMap.anthropicType(status: 413) == "invalid_request_error")
        #expect(ErrorMap.openAIType(status: 502) == "server_error")
    }
}

extension StaticString {
    fileprivate static func == (left: StaticString, right: String) -> Bool { "\(left)" == right }
}
