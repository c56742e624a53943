// SPDX-License-Identifier: Apache-2.0

// Where the keys of AWS come from: given for good, or asked for and renewed before they end.

import Foundation
import HTTPTypes
import NIOCore
public import Signing
public import Wire

/// Gives the keys that requests are signed with.
public protocol CredentialSource: Sendable {
    /// The keys of this moment.
    ///
    /// - Parameter date: Now.
    /// - Returns: Keys that hold beyond that.
    /// - Throws: `UpstreamError` where there are none.
    func credentials(at date: UTCDate) async throws(UpstreamError) -> Credentials
}

extension Credentials: CredentialSource {
    /// The keys themselves.
    public func credentials(at date: UTCDate) async throws(UpstreamError) -> Credentials { self }
}

/// Temporary keys of another source, kept for as long as they hold.
public actor CachedCredentials: CredentialSource {
    private let source: any CredentialSource
    private var current: Credentials?
    private var renewal: Task<Result<Credentials, UpstreamError>, Never>?

    /// How long before their end keys are renewed, in milliseconds.
    private static let margin: Int64 = 5 * 60_000

    /// Creates a cache in front of a source.
    public init(_ source: any CredentialSource) {
        self.source = source
    }

    /// The keys of this moment; see ``CredentialSource``.
    ///
    /// Whoever comes while keys are being renewed waits for the same ones. Where that fails, the
    /// old keys are used to their end.
    public func credentials(at date: UTCDate) async throws(UpstreamError) -> Credentials {
        if let current, holds(current, at: date, margin: Self.margin) { return current }
        let task =
            renewal
            ?? Task { [source] in
                do throws(UpstreamError) {
                    return .success(try await source.credentials(at: date))
                } catch {
                    return .failure(error)
                }
            }
        renewal = task
        let result = await task.value
        renewal = nil
        if case .failure = result, let current, holds(current, at: date, margin: 0) {
            return current
        }
        let renewed = try result.get()
        current = renewed
        return renewed
    }

    private func holds(_ keys: Credentials, at date: UTCDate, margin: Int64) -> Bool {
        keys.expiration.map { $0.milliseconds - margin > date.milliseconds } ?? true
    }
}

/// The answer of both services that give keys to machines.
struct TemporaryKeys: Decodable {
    let accessKeyID: String
    let secretAccessKey: String
    let token: String?
    let expiration: String?

    private enum CodingKeys: String, CodingKey {
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    var credentials: Credentials {
        Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token,
            expiration: expiration.flatMap { UTCDate(iso: $0) })
    }
}

/// The keys of a container: AWS SDKs and Tools Reference Guide, "Container credential provider",
/// read 2026-11.
public struct ContainerCredentials: CredentialSource {
    /// What proves to the service who asks.
    public enum Authorization: Sendable, Hashable {
        case none
        case token(String)
        /// Read anew each time: whoever runs the container renews it.
        case file(String)
    }

    private let client: UpstreamClient
    private let authorization: Authorization

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - client: Sends requests to the place of the keys.
    ///   - authorization: What proves who asks.
    public init(_ client: UpstreamClient, _ authorization: Authorization) {
        self.client = client
        self.authorization = authorization
    }

    /// Asks for keys; see ``CredentialSource``.
    public func credentials(at date: UTCDate) async throws(UpstreamError) -> Credentials {
        var fields: [(String, String)] = []
        switch authorization {
        case .none: break
        case .token(let token): fields = [("authorization", token)]
        case .file(let path):
            guard let token = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw UpstreamError(
                    outcome: .refused, message: "\(path) cannot be read", isRetryable: true)
            }
            fields = [("authorization", token.trimmingCharacters(in: .whitespacesAndNewlines))]
        }
        return try await client.send(client.head(.get, "", fields), timeout: .seconds(5))
            .decoded(TemporaryKeys.self).credentials
    }
}

/// The keys of an instance; the first version of the service is not spoken.
///
/// Amazon EC2 User Guide, "Use IMDSv2" and "Retrieve security credentials from instance metadata",
/// read 2026-11.
public struct InstanceCredentials: CredentialSource {
    private let client: UpstreamClient

    /// Creates a source that asks the service of a machine.
    public init(_ client: UpstreamClient) {
        self.client = client
    }

    /// Asks for keys; see ``CredentialSource``.
    public func credentials(at date: UTCDate) async throws(UpstreamError) -> Credentials {
        let token = try await text(
            client.head(
                .put, "/latest/api/token", [("x-aws-ec2-metadata-token-ttl-seconds", "300")]))
        let fields = [("x-aws-ec2-metadata-token", token)]
        let folder = "/latest/meta-data/iam/security-credentials/"
        let roles = try await text(client.head(.get, folder, fields))
        guard let role = roles.split(whereSeparator: \.isNewline).first else {
            throw UpstreamError(
                outcome: .refused, message: "the instance has no role", isRetryable: false)
        }
        return try await client.send(
            client.head(.get, folder + PercentCoding.encode(String(role)), fields),
            timeout: .seconds(5)
        ).decoded(TemporaryKeys.self).credentials
    }

    private func text(_ head: HTTPRequest) async throws(UpstreamError) -> String {
        String(buffer: try await client.send(head, timeout: .seconds(5)).body)
    }
}
