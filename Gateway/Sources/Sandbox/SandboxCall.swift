// SPDX-License-Identifier: Apache-2.0

// A request to an emulated provider, and the answers to it.

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// A request, read whole.
struct SandboxCall: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let target: RequestTarget
    let headers: HTTPFields
    let host: String
    let body: [UInt8]

    func rest(behind prefix: String) -> String? {
        path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }

    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    func parameter(_ name: String) -> String? {
        target.parameters?.first { $0.name == name }?.value
    }

    /// The body as a JSON object; empty where it is none.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    static func json(_ object: [String: Any], status: Int = 200) -> Response {
        let data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    static func bytes(_ bytes: [UInt8], type: String = "application/octet-stream") -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func error(_ status: Int, _ message: String) -> Response {
        json(["error": ["message": message, "code": status]], status: status)
    }
}
