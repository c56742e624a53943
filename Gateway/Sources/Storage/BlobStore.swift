// SPDX-License-Identifier: Apache-2.0

// Where bytes live: found by their digest, whole or not at all. No client's key is ever part of a
// path.

public import NIOCore

/// The name of a blob: the SHA-256 of its bytes, 64 hexadecimal digits in lower case.
public struct BlobID: Sendable, Hashable, Codable {
    /// The digits.
    public let digest: String

    /// Creates a name from a digest.
    public init(digest: String) {
        self.digest = digest
    }
}

/// Bytes that are stored for good.
public struct Blob: Sendable, Hashable, Codable {
    /// The name.
    public let id: BlobID
    /// The number of bytes.
    public let byteCount: Int

    /// Creates a description of stored bytes.
    public init(id: BlobID, byteCount: Int) {
        self.id = id
        self.byteCount = byteCount
    }
}

/// Blobs by their digest.
public protocol BlobStore: Sendable {
    /// Begins a blob; nobody sees it before it is committed.
    ///
    /// - Parameter byteCount: The bytes that will come, where that is known; 0 where it is not.
    ///   Their room is kept until they are written, so that what was begun can be finished.
    /// - Returns: The blob.
    /// - Throws: `OutOfSpace` where there is no room for them, or what the storage throws.
    func makeWriter(reserving byteCount: Int) async throws -> any BlobWriter

    /// Opens a blob for reading; it stays readable until the reader is closed, even if deleted.
    ///
    /// - Throws: ``BlobNotFound``.
    func open(_ id: BlobID) async throws -> any BlobReader

    /// Removes a blob that no record points at any more.
    func delete(_ id: BlobID) async throws

    /// The bytes that can still be begun before the low-water mark of the disk.
    func freeByteCount() async throws -> Int
}

/// One blob being written, by one task.
public protocol BlobWriter: AnyObject, Sendable {
    /// Appends bytes; returns once they are handed to the file system.
    func append(_ bytes: ByteBuffer) async throws
    /// Makes the blob durable: file and directory are synced before this returns.
    func commit() async throws -> Blob
    /// Throws the bytes away; harmless after `commit`.
    func abandon() async
}

/// One blob being read.
public protocol BlobReader: AnyObject, Sendable {
    /// The number of bytes.
    var byteCount: Int { get }
    /// Reads bytes; fewer than asked for only at the end of the blob.
    func read(offset: Int, count: Int) async throws -> ByteBuffer
    /// Reads bytes and waits for the disk: for the engine, which asks synchronously.
    func readBlocking(offset: Int, count: Int) throws -> [UInt8]
    /// Ends reading.
    func close() async
}

/// A blob that is not there.
public struct BlobNotFound: Error, Sendable, Hashable {
    /// The name that was asked for.
    public let id: BlobID

    /// Creates the error.
    public init(id: BlobID) {
        self.id = id
    }
}
