// SPDX-License-Identifier: Apache-2.0

// Which buckets of S3 the gateway uses, for what, and which ones clients may name.

/// An object of S3.
public struct ObjectPlace: Sendable, Hashable {
    /// The bucket.
    public var bucket: String
    /// The key.
    public var key: String

    /// Creates a place.
    public init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Takes `s3://bucket/key` apart; nil for anything else.
    public init?(_ uri: String) {
        guard uri.hasPrefix("s3://"), !uri.utf8.contains(0) else { return nil }
        let parts = uri.dropFirst(5).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self.init(bucket: String(bucket), key: parts.count > 1 ? String(parts[1]) : "")
    }

    /// `s3://bucket/key`.
    public var uri: String { "s3://\(bucket)/\(key)" }
}

/// What is kept in which bucket.
///
/// Clients can name buckets, so this is the list that their names are held against: without it a
/// client could have the gateway write wherever the gateway's own keys reach.
public struct BucketPolicy: Sendable, Hashable {
    /// The gateway's own bucket; nil: everything is in the clients' buckets.
    public var own: String?
    /// The buckets that clients may name; nil: none beside an own bucket, any without one.
    public var allowed: Set<String>?

    /// Creates a policy.
    public init(own: String? = nil, allowed: Set<String>? = nil) {
        self.own = own
        self.allowed = allowed
    }

    /// What a bucket that a client names is.
    func use(of bucket: String) -> BucketUse {
        if allowed?.contains(bucket) ?? (own == nil) { return .clients }
        return own == nil ? .refused : .gateways
    }

    /// Where an object of a client is; nil where its bucket may not be used.
    func object(_ bucket: String, _ key: String) -> ObjectPlace? {
        switch use(of: bucket) {
        case .clients: ObjectPlace(bucket: bucket, key: key)
        case .gateways: own.map { ObjectPlace(bucket: $0, key: "gateway-files/\(bucket)/\(key)") }
        case .refused: nil
        }
    }

    /// Where the requests of a batch are put.
    func input(_ name: String, for place: ResultPlace?) -> ObjectPlace {
        make("gateway-input/\(name).jsonl", for: place)
    }

    /// Where Bedrock is to put the results of a batch.
    func output(_ token: String, _ place: ResultPlace) -> ObjectPlace {
        make("gateway-output/\(token)/", for: place)
    }

    private func make(_ key: String, for place: ResultPlace?) -> ObjectPlace {
        if let own { return ObjectPlace(bucket: own, key: key) }
        return ObjectPlace(bucket: place?.bucket ?? "", key: (place?.prefix ?? "") + key)
    }
}
