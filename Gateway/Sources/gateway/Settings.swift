// SPDX-License-Identifier: Apache-2.0

// What the gateway is told: names that people know from the providers' own tools.

import Foundation
import Jobs
import Logging
import Providers
import Signing
import Wire

/// Settings that cannot be carried out: one clear line.
struct SettingsError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// The settings of a server, checked.
struct Settings: Sendable {
    let host: String
    let port: Int
    let dataFolder: String
    let isSandbox: Bool
    let logLevel: Logger.Level
    let tls: (certificate: String, key: String)?
    let accessKeys: [String: SigV4Verifier.AccessKey]
    let pollInterval: Double
    let recordLimit: Int
    let badLineLimit: Int
    /// The bytes that one access key may keep; nil: any number.
    let tenantByteCount: Int?
    /// The jobs that one access key may have running; nil: any number.
    let tenantJobLimit: Int?
    /// The seconds that a client may be silent, or slow.
    let clientTimeout: Double
    let providers: ProviderSettings

    init(_ command: Serve, environment: [String: String]) throws(SettingsError) {
        var values = environment
        if let path = command.config {
            for (name, value) in try Self.read(path) { values[name] = value }
        }
        guard (0...65_535).contains(command.port) else {
            throw SettingsError("--port \(command.port): a port is a number from 0 to 65535")
        }
        guard let level = Logger.Level(rawValue: command.logLevel) else {
            throw SettingsError("--log-level \(command.logLevel): there is no such level")
        }
        host = command.host
        port = command.port
        dataFolder = command.data
        isSandbox = command.sandbox
        logLevel = level
        switch (command.tlsCertificate, command.tlsKey) {
        case (let certificate?, let key?): tls = (certificate, key)
        case (nil, nil): tls = nil
        default: throw SettingsError("--tls-certificate and --tls-key belong together")
        }
        accessKeys = try Self.accessKeys(values["GATEWAY_ACCESS_KEYS"] ?? "")
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(command.host)
        guard !accessKeys.isEmpty || isLoopback else {
            throw SettingsError(
                "--host \(command.host): without GATEWAY_ACCESS_KEYS only this machine is served")
        }
        pollInterval = try Self.seconds("GATEWAY_POLL_INTERVAL", in: values, default: 30)
        clientTimeout = try Self.seconds("GATEWAY_CLIENT_TIMEOUT", in: values, default: 30)
        let bytes = try Self.number(
            "GATEWAY_TENANT_BYTES", in: values, range: 1 ... .max, default: .max)
        tenantByteCount = bytes == .max ? nil : bytes
        let jobs = try Self.number(
            "GATEWAY_TENANT_JOBS", in: values, range: 1 ... .max, default: .max)
        tenantJobLimit = jobs == .max ? nil : jobs
        recordLimit = try Self.number(
            "GATEWAY_BATCH_RECORDS", in: values, range: 1 ... .max, default: .max)
        badLineLimit = try Self.number(
            "GATEWAY_BAD_LINES", in: values, range: 0...JobWorker.badLineMaximum, default: 0)
        providers = try Self.providers(values)
    }

    /// `NAME=VALUE` lines; what others may read holds no secrets.
    private static func read(_ path: String) throws(SettingsError) -> [(String, String)] {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? NSNumber,
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else { throw SettingsError("\(path): cannot be read") }
        guard mode.intValue & 0o077 == 0 else {
            throw SettingsError("\(path): others may read it (chmod 600 \(path) helps)")
        }
        var values: [(String, String)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw SettingsError("\(path):\(index + 1): a setting is of the form NAME=VALUE")
            }
            values.append((String(parts[0]), String(parts[1])))
        }
        return values
    }

    /// `ID:SECRET[:PROVIDER+PROVIDER]`, with commas between.
    private static func accessKeys(
        _ text: String
    ) throws(SettingsError) -> [String: SigV4Verifier.AccessKey] {
        var keys: [String: SigV4Verifier.AccessKey] = [:]
        for (index, item) in text.split(separator: ",").enumerated() {
            let parts = item.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw SettingsError(
                    "GATEWAY_ACCESS_KEYS: key \(index + 1) is not of the form ID:SECRET")
            }
            let id = String(parts[0])
            var providers = Set(ProviderName.allCases)
            if parts.count == 3 {
                providers = []
                for name in parts[2].split(separator: "+") {
                    guard let provider = ProviderName(rawValue: String(name)) else {
                        throw SettingsError(
                            "GATEWAY_ACCESS_KEYS: key \(index + 1) names an unknown provider")
                    }
                    providers.insert(provider)
                }
            }
            keys[id] = SigV4Verifier.AccessKey(
                secret: String(parts[1]), caller: Caller(tenant: id, providers: providers))
        }
        return keys
    }

    private static func number(
        _ name: String, in values: [String: String], range: ClosedRange<Int>, default value: Int
    ) throws(SettingsError) -> Int {
        guard let text = values[name], !text.isEmpty else { return value }
        guard let number = Int(text), range.contains(number) else {
            let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw SettingsError(
                "\(name)=\(text): a whole number from \(range.lowerBound)\(end) is wanted")
        }
        return number
    }

    private static func seconds(
        _ name: String, in values: [String: String], default value: Double
    ) throws(SettingsError) -> Double {
        guard let text = values[name], !text.isEmpty else { return value }
        guard let seconds = Double(text), seconds >= 0.01, seconds <= 86_400 else {
            throw SettingsError("\(name)=\(text): a number of seconds is wanted")
        }
        return seconds
    }

    private static func providers(
        _ values: [String: String]
    ) throws(SettingsError) -> ProviderSettings {
        let value = { (name: String) in values[name].flatMap { $0.isEmpty ? nil : $0 } }
        var settings = ProviderSettings()
        settings.openAIKey = value("OPENAI_API_KEY")
        settings.geminiKey = value("GEMINI_API_KEY")
        if let region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") {
            settings.region = region
        }
        settings.roleARN = value("BEDROCK_BATCH_ROLE_ARN")
        settings.buckets = BucketPolicy(
            own: value("BEDROCK_BATCH_BUCKET"),
            allowed: value("BEDROCK_ALLOWED_BUCKETS").map {
                Set($0.split(separator: ",").map(String.init))
            })
        settings.keys = try awsKeys(value, wantsBedrock: settings.roleARN != nil)
        for (name, path) in [
            ("OPENAI_BASE_URL", \ProviderSettings.openAIBase),
            ("GEMINI_BASE_URL", \ProviderSettings.geminiBase),
            ("AWS_ENDPOINT_URL_S3", \ProviderSettings.s3Base),
            ("AWS_ENDPOINT_URL_BEDROCK", \ProviderSettings.bedrockBase),
        ] {
            guard let text = value(name) else { continue }
            guard let url = BaseURL(text) else {
                throw SettingsError("\(name)=\(text): this is no http or https URL")
            }
            settings[keyPath: path] = url
        }
        return settings
    }

    /// The keys of AWS where its own tools look for them, in the same order.
    private static func awsKeys(
        _ value: (String) -> String?, wantsBedrock: Bool
    ) throws(SettingsError) -> AWSKeys? {
        if let id = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") {
            return .given(
                Credentials(
                    accessKeyID: id, secretAccessKey: secret,
                    sessionToken: value("AWS_SESSION_TOKEN")))
        }
        let authorization: ContainerCredentials.Authorization =
            value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map { .file($0) }
            ?? value("AWS_CONTAINER_AUTHORIZATION_TOKEN").map { .token($0) } ?? .none
        if let path = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/"), let base = BaseURL("http://169.254.170.2" + path) else {
                throw SettingsError("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=\(path): no path")
            }
            return .container(base, authorization)
        }
        if let text = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            guard let base = BaseURL(text), base.scheme == "https" || isLocal(base.authority) else {
                throw SettingsError(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI=\(text): https, or this machine, is wanted"
                )
            }
            return .container(base, authorization)
        }
        guard wantsBedrock, value("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else {
            return nil
        }
        let text = value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
        guard let base = BaseURL(text) else {
            throw SettingsError("AWS_EC2_METADATA_SERVICE_ENDPOINT=\(text): this is no URL")
        }
        return .instance(base)
    }

    /// Where a token may be sent without TLS: to the machine itself and to what runs its container.
    private static func isLocal(_ authority: String) -> Bool {
        let hosts = [
            "127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23",
            "[fd00:ec2::23]",
        ]
        return hosts.contains { authority == $0 || authority.hasPrefix($0 + ":") }
    }
}
