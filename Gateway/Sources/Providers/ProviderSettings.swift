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

/// Where the keys of AWS come from.
public enum AWSKeys: Sendable, Hashable {
    /// Keys that were given, for good or with a session token.
    case given(Credentials)
    /// The service of a container that gives keys.
    case container(BaseURL, ContainerCredentials.Authorization)
    /// The service of a machine at EC2 that gives keys.
    case instance(BaseURL)

    func source(_ client: HTTPClient) -> any CredentialSource {
        switch self {
        case .given(let credentials): credentials
        case .container(let base, let authorization):
            CachedCredentials(
                ContainerCredentials(UpstreamClient(client, base, secrets: secrets), authorization))
        case .instance(let base):
            CachedCredentials(InstanceCredentials(UpstreamClient(client, base, secrets: [])))
        }
    }

    /// What no message may show.
    var secrets: [String] {
        switch self {
        case .given(let keys): [keys.secretAccessKey, keys.sessionToken].compactMap { $0 }
        case .container(_, .token(let token)): [token]
        case .container, .instance: []
        }
    }
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
    /// Where the keys of AWS come from; nil: Bedrock is not used.
    public var keys: AWSKeys?
    /// The region of AWS.
    public var region = "us-east-1"
    /// Where S3 is; nil: Amazon's own.
    public var s3Base: BaseURL?
    /// Where Bedrock's control plane is; nil: Amazon's own.
    public var bedrockBase: BaseURL?
    /// The role that Bedrock takes on when the client names none.
    public var roleARN: String?
    /// The buckets at S3.
    public var buckets = BucketPolicy()

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
        keys = .given(Credentials(accessKeyID: "sandbox", secretAccessKey: "sandbox"))
        s3Base = BaseURL(base + "/s3")
        bedrockBase = BaseURL(base + "/bedrock")
        roleARN = "arn:aws:iam::123456789012:role/sandbox"
        buckets = BucketPolicy()
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
        if let keys, let s3, let bedrock {
            let source = keys.source(client)
            let connect = { (base: BaseURL, service: SigV4.Service) in
                AWSClient(
                    UpstreamClient(client, base, secrets: keys.secrets), region, service, source,
                    now: now)
            }
            providers[.bedrock] = BedrockProvider(
                control: connect(bedrock, .bedrock), storage: connect(s3, .s3), buckets: buckets,
                roleARN: roleARN)
        }
        return providers
    }

    /// The setting that a provider is missing, for messages.
    public static func missingSetting(of provider: ProviderName) -> String {
        switch provider {
        case .openai: "OPENAI_API_KEY"
        case .gemini: "GEMINI_API_KEY"
        case .bedrock: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role of its machine"
        }
    }
}
