// SPDX-License-Identifier: Apache-2.0

// Requests to one service: no redirects, bounded answers, and errors that say whether to go on.

public import AsyncHTTPClient
import Foundation
import HTTPTypes
public import NIOCore
import NIOHTTP1
import NIOPosix
import Wire

/// An answer that was read whole.
public struct UpstreamAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The headers.
    let headers: HTTPHeaders
    /// The body, up to the limit of answers.
    public let body: ByteBuffer

    /// A header.
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// Reads the body as JSON.
    func decoded<Value: Decodable>(_ type: Value.Type) throws(UpstreamError) -> Value {
        do {
            let decoder = JSONDecoder()
            // OpenAI has snake case; names without underscores stay as they are.
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: Data(body.readableBytesView))
        } catch {
            throw UpstreamError(
                outcome: .unknown, status: status, message: "the answer cannot be understood",
                isRetryable: true)
        }
    }
}

/// The body of a request.
enum UpstreamBody: Sendable {
    case none
    case bytes([UInt8])
    /// A file with bytes around it; what is before `offset` is left out.
    case file(any UploadSource, before: [UInt8], after: [UInt8], offset: Int)

    var byteCount: Int {
        switch self {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .file(let source, let before, let after, let offset):
            before.count + source.byteCount - offset + after.count
        }
    }
}

/// Sends requests to one service.
public struct UpstreamClient: Sendable {
    private let client: HTTPClient
    let base: BaseURL
    /// Never shown, whatever the service says back.
    private let secrets: [String]

    /// The bytes that an answer may have which is no download.
    private static var answerLimit: Int { 8 << 20 }

    /// Creates a client for a service.
    public init(_ client: HTTPClient, _ base: BaseURL, secrets: [String]) {
        self.client = client
        self.base = base
        self.secrets = secrets
    }

    /// The head of a request; the path is that behind the base.
    func head(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = []
    ) -> HTTPRequest {
        var head = HTTPRequest(
            method: method, scheme: base.scheme, authority: base.authority,
            path: base.path + path)
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        return head
    }

    /// Sends a request and reads the answer.
    ///
    /// - Throws: `UpstreamError` for every status but those of success.
    func send(
        _ head: HTTPRequest, _ body: UpstreamBody = .none, timeout: TimeAmount = .seconds(60)
    ) async throws(UpstreamError) -> UpstreamAnswer {
        let response = try await execute(head, body, timeout: timeout)
        let answer = try await read(response)
        guard (200..<300).contains(answer.status) else { throw failure(answer) }
        return answer
    }

    /// The header that asks for a file from an offset on; none for the whole file.
    static func range(from offset: Int) -> [(String, String)] {
        offset > 0 ? [("range", "bytes=\(offset)-")] : []
    }

    /// Sends a request and hands on what comes, piece by piece.
    ///
    /// - Parameters:
    ///   - head: The request, with the header that ``range(from:)`` makes.
    ///   - offset: The bytes that are there already.
    ///   - restart: Called before the first byte where the service does not go on at the offset.
    ///   - write: Takes the bytes.
    /// - Throws: `UpstreamError`, also where the answer was cut, and what the functions throw.
    func download(
        _ head: HTTPRequest, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let response = try await execute(head, .none, timeout: .hours(2))
        let status = Int(response.status.code)
        guard (200..<300).contains(status) else { throw failure(try await read(response)) }
        let range = response.headers.first(name: "content-range")
        let goesOn = status == 206 && range?.hasPrefix("bytes \(offset)-") == true
        if offset > 0, !goesOn { try await restart() }
        let expected = response.headers.first(name: "content-length").flatMap { Int($0) }
        var count = 0
        var body = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await body.next()
            } catch {
                throw lost(error)
            }
            guard let piece else { break }
            count += piece.readableBytes
            try await write(piece)
        }
        if let expected, count < expected {
            throw UpstreamError(
                outcome: .unknown, message: "the download was cut at byte \(count) of \(expected)",
                isRetryable: true)
        }
    }

    private func execute(
        _ head: HTTPRequest, _ body: UpstreamBody, timeout: TimeAmount
    ) async throws(UpstreamError) -> HTTPClientResponse {
        let authority = head.authority ?? base.authority
        var request = HTTPClientRequest(
            url: "\(head.scheme ?? base.scheme)://\(authority)\(head.path ?? "/")")
        request.method = NIOHTTP1.HTTPMethod(rawValue: head.method.rawValue)
        for field in head.headerFields {
            request.headers.add(name: field.name.rawName, value: field.value)
        }
        switch body {
        case .none: break
        case .bytes(let bytes): request.body = .bytes(ByteBuffer(bytes: bytes))
        case .file(let source, let before, let after, let offset):
            request.body = .stream(
                UploadBytes(source: source, before: before, after: after, offset: offset),
                length: .known(Int64(body.byteCount)))
        }
        do {
            return try await client.execute(request, timeout: timeout)
        } catch {
            throw lost(error)
        }
    }

    private func read(_ response: HTTPClientResponse) async throws(UpstreamError) -> UpstreamAnswer
    {
        do {
            let body = try await response.body.collect(upTo: Self.answerLimit)
            return UpstreamAnswer(
                status: Int(response.status.code), headers: response.headers, body: body)
        } catch {
            throw lost(error)
        }
    }

    // MARK: - Failures

    /// No answer came, or not all of it.
    private func lost(_ error: any Error) -> UpstreamError {
        // Where there was no connection, nothing can have been done.
        let isConnecting =
            error is NIOConnectionError || error is ChannelError
            || (error as? HTTPClientError) == .connectTimeout
        let name = isConnecting ? "no connection to" : "no answer from"
        return UpstreamError(
            outcome: isConnecting ? .refused : .unknown,
            message: "\(name) \(base.authority) (\(scrubbed("\(type(of: error))")))",
            isRetryable: true)
    }

    /// What an answer with a status of failure says.
    private func failure(_ answer: UpstreamAnswer) -> UpstreamError {
        let text = String(buffer: answer.body)
        let said = try? JSONDecoder().decode(
            ErrorBody.self, from: Data(answer.body.readableBytesView))
        let message =
            said?.error?.message ?? said?.message ?? Self.element("Message", of: text)
            ?? "the provider says no"
        let code = said?.error?.code?.text ?? said?.error?.status ?? Self.element("Code", of: text)
        let retryable: Set<Int> = [408, 409, 425, 429, 500, 502, 503, 504]
        return UpstreamError(
            // A gateway in between may say 500 after the work was done.
            outcome: answer.status >= 500 ? .unknown : .refused, status: answer.status, code: code,
            message: scrubbed(String(message.prefix(500))),
            isRetryable: retryable.contains(answer.status), retryAfter: Self.retryAfter(answer))
    }

    private static func retryAfter(_ answer: UpstreamAnswer) -> Double? {
        guard let text = answer.header("retry-after") else { return nil }
        if let seconds = Double(text), seconds >= 0, seconds < 86_400 { return seconds }
        guard let date = UTCDate(http: text) else { return nil }
        let now = Date().timeIntervalSince1970
        return min(max(0, Double(date.seconds) - now), 86_400)
    }

    private static func element(_ name: String, of text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// Text without keys and without control characters.
    private func scrubbed(_ text: String) -> String {
        var text = text
        for secret in secrets where secret.count >= 6 {
            text = text.replacing(secret, with: "***")
        }
        // OpenAI repeats a part of a wrong key.
        text = text.replacing(#/sk-[A-Za-z0-9_*\-]+/#, with: "***")
        return String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    }

    /// The forms of errors of the three providers.
    private struct ErrorBody: Decodable {
        struct Details: Decodable {
            var message: String?
            var status: String?
            var code: TextOrNumber?
        }

        var error: Details?
        var message: String?
    }
}

/// A number or a text: Gemini has numbers where OpenAI has words, and texts where it has numbers.
struct TextOrNumber: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            text = String(number)
        } else {
            text = try container.decode(String.self)
        }
    }
}

/// The bytes of an upload, a step at a time.
private struct UploadBytes: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let source: any UploadSource
    let before: [UInt8]
    let after: [UInt8]
    let offset: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let bytes: UploadBytes
        var offset: Int
        var isBegun = false
        var isEnded = false

        mutating func next() async throws -> ByteBuffer? {
            if !isBegun {
                isBegun = true
                if !bytes.before.isEmpty { return ByteBuffer(bytes: bytes.before) }
            }
            if offset < bytes.source.byteCount {
                let piece = try await bytes.source.read(offset: offset, count: 256 << 10)
                offset += piece.readableBytes
                return piece
            }
            guard !isEnded, !bytes.after.isEmpty else { return nil }
            isEnded = true
            return ByteBuffer(bytes: bytes.after)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: self, offset: offset) }
}
