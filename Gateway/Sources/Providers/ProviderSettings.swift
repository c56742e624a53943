// SPDX-License-Identifier: Apache-2.0

// Where the providers are and with which keys they let the gateway in.

public import AsyncHTTPClient
public import Signing
public import Wire

/// The scheme, host and path that all requests to a service begin with.
public struct BaseURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host, with a port where one is given.
    public let authority: String
    /// The path without a slash at its end.
    public let path: String

    /// Takes a URL apart; nil for what is none of http or https.
    public init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let rest = text[mark.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        let isPlain = authority.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@")
        }
        guard scheme == "http" || scheme == "https", !authority.isEmpty, isPlain else { return nil }
        self.scheme = scheme
        self.authority = String(authority)
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
    }

    /// The URL.
    public var description: String { "\(scheme)://\(authority)\(path)" }
}

/// The settings of all providers; one that lacks its key is not there.
public struct ProviderSettings: Sendable {
    /// The key of OpenAI.
    public var openAIKey: String?
    /// Where OpenAI is, with the version.
    public var openAIBase = BaseURL("https://api.openai.com/v1")
    /// The key of Gemini.
    public var geminiKey: String?
    /// Where Gemini is, without the version.
    public var geminiBase = BaseURL("https://generativelanguage.googleapis.com")
    /// The keys of AWS.
    public var credentials: Credentials?
    /// The region of AWS.
    public var region = "us-east-1"
    /// Where S3 is; nil: Amazon's own.
    public var s3Base: BaseURL?
    /// Where Bedrock's control plane is; nil: Amazon's own.
    public var bedrockBase: BaseURL?
    /// The role that Bedrock takes on when the client names none.
    public var roleARN: String?
    /// The bucket for the gateway's own files at S3.
    public var bucket: String?

    /// Settings without any key.
    public init() {}

    /// Turns everything to emulated providers.
    ///
    /// - Parameter base: Where they are.
    public mutating func useSandbox(_ base: String) {
        openAIKey = "sandbox"
        openAIBase = BaseURL(base + "/openai/v1")
        geminiKey = "sandbox"
        geminiBase = BaseURL(base + "/gemini")
        credentials = Credentials(accessKeyID: "sandbox", secretAccessKey: "sandbox")
        s3Base = BaseURL(base + "/s3")
        bedrockBase = BaseURL(base + "/bedrock")
        roleARN = "arn:aws:iam::123456789012:role/sandbox"
        bucket = "sandbox"
    }

    /// Makes the providers that there are keys for.
    ///
    /// - Parameters:
    ///   - client: Sends the requests.
    ///   - now: Tells the time.
    /// - Returns: The providers by name.
    public func providers(
        client: HTTPClient, now: @escaping @Sendable () -> UTCDate
    ) -> [ProviderName: any BatchProvider] {
        var providers: [ProviderName: any BatchProvider] = [:]
        if let openAIKey, let openAIBase {
            providers[.openai] = OpenAIProvider(
                UpstreamClient(client, openAIBase, secrets: [openAIKey]), key: openAIKey)
        }
        if let geminiKey, let geminiBase {
            providers[.gemini] = GeminiProvider(
                UpstreamClient(client, geminiBase, secrets: [geminiKey]), key: geminiKey)
        }
        let s3 = s3Base ?? BaseURL("https://s3.\(region).amazonaws.com")
        let bedrock = bedrockBase ?? BaseURL("https://bedrock.\(region).amazonaws.com")
        if let credentials, let bucket, let s3, let bedrock {
            let secrets = [credentials.secretAccessKey, credentials.sessionToken].compactMap { $0 }
            providers[.bedrock] = BedrockProvider(
                control: AWSClient(
                    UpstreamClient(client, bedrock, secrets: secrets), region, .bedrock,
                    credentials, now: now),
                storage: AWSClient(
                    UpstreamClient(client, s3, secrets: secrets), region, .s3, credentials,
                    now: now),
                bucket: bucket, roleARN: roleARN)
        }
        return providers
    }

    /// The setting that a provider is missing, for messages.
    public static func missingSetting(of provider: ProviderName) -> String {
        switch provider {
        case .openai: "OPENAI_API_KEY"
        case .gemini: "GEMINI_API_KEY"
        case .bedrock: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and BEDROCK_BATCH_BUCKET"
        }
    }
}
