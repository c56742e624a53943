// SPDX-License-Identifier: Apache-2.0

// Which blob an S3 object or a file id stands for.

/// An object of S3: a key in a bucket of a tenant, with the blob that it stands for.
public struct StoredObject: Sendable, Hashable, Codable {
    /// The bucket.
    public var bucket: String
    /// The key, decoded, at most 1,024 bytes of UTF-8.
    public var key: String
    /// The bytes.
    public var blob: Blob
    /// What the client sees as ETag, without quotes: an MD5, a provider's file id or `gw-...`.
    public var etag: String
    /// `Content-Type` and the other headers that S3 stores and returns, names in lower case.
    public var headers: [String: String] = [:]
    /// User metadata, names in lower case without `x-amz-meta-`.
    public var metadata: [String: String] = [:]
    /// Checksums by S3's names, for example `crc32`, in base64.
    public var checksums: [String: String] = [:]
    /// `COMPOSITE` where the checksums are those of the parts of an upload.
    public var checksumType: String?
    /// The bytes of each part of an upload; empty where the object came in one piece.
    public var partByteCounts: [Int] = []
    /// The checksums of the parts in base64, where the upload had a kind.
    public var partChecksums: [String]?
    /// When the object was put, in milliseconds since 1970.
    public var modified: Int64
    /// The provider that holds this very file under `providerFileID`.
    public var provider: String?
    /// The provider's own id of the file.
    public var providerFileID: String?

    /// Creates an object.
    public init(bucket: String, key: String, blob: Blob, etag: String, modified: Int64) {
        self.bucket = bucket
        self.key = key
        self.blob = blob
        self.etag = etag
        self.modified = modified
    }
}

/// The objects of all tenants.
public protocol ObjectCatalog: Sendable {
    /// Finds an object by bucket and key.
    func object(tenant: String, bucket: String, key: String) async throws -> StoredObject?

    /// Finds the file that a file id names: a provider's own (`file-abc`, `files/abc`) or `gw-...`.
    func file(tenant: String, id: String) async throws -> StoredObject?

    /// Puts an object in place of any earlier one.
    ///
    /// - Parameters:
    ///   - tenant: Whose object it is.
    ///   - object: The object.
    ///   - condition: Decides by the ETag of the object that is there, or nil, whether to go on;
    ///     nothing changes between that look and the write.
    /// - Returns: Whether the condition held.
    /// - Throws: What the storage behind it throws.
    func put(
        tenant: String, _ object: StoredObject, if condition: @Sendable (String?) -> Bool
    ) async throws -> Bool

    /// Removes an object, if the condition holds for its ETag; one that is not there is none.
    ///
    /// - Returns: Whether the condition held.
    func delete(
        tenant: String, bucket: String, key: String, if condition: @Sendable (String?) -> Bool
    ) async throws -> Bool

    /// Lists objects in the order of their keys' bytes.
    ///
    /// - Parameters:
    ///   - tenant: Whose objects.
    ///   - bucket: The bucket.
    ///   - prefix: What keys begin with.
    ///   - after: The key to go on after, or nil.
    ///   - limit: The most objects to return.
    /// - Returns: The objects, fewer than the limit only where there are no more.
    /// - Throws: What the storage behind it throws.
    func list(
        tenant: String, bucket: String, prefix: String, after: String?, limit: Int
    ) async throws -> [StoredObject]

    /// The buckets in the order of their names, with when they were made.
    func buckets(tenant: String) async throws -> [(name: String, created: Int64)]

    /// Makes a bucket.
    ///
    /// - Returns: Whether it is new.
    func makeBucket(tenant: String, name: String, at created: Int64) async throws -> Bool

    /// Removes a bucket.
    ///
    /// - Returns: Whether it was there.
    func deleteBucket(tenant: String, name: String) async throws -> Bool

    /// Whether there is such a bucket.
    func hasBucket(tenant: String, name: String) async throws -> Bool
}
