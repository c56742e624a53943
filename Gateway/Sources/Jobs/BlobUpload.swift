// SPDX-License-Identifier: Apache-2.0

// Blobs as what goes to providers, and as what the engine looks requests up in.

import JSONLCodec
public import NIOCore
public import Providers
public import Storage
import Transcoder

/// A blob on its way to a provider.
public struct BlobUpload: UploadSource {
    private let reader: any BlobReader
    /// The number of bytes.
    public let byteCount: Int
    /// The SHA-256 of the bytes.
    public let sha256: String

    /// Opens a blob.
    public init(_ blob: Blob, _ blobs: any BlobStore) async throws {
        reader = try await blobs.open(blob.id)
        byteCount = blob.byteCount
        sha256 = blob.id.digest
    }

    /// Reads bytes; see `UploadSource`.
    public func read(offset: Int, count: Int) async throws -> NIOCore.ByteBuffer {
        try await reader.read(offset: offset, count: count)
    }
}

/// The client's own requests, for the echo in results.
struct BlobRequests: RequestBytes {
    let reader: any BlobReader

    func read(offset: Int, count: Int, into buffer: inout JSONLCodec.ByteBuffer) -> Bool {
        guard let bytes = try? reader.readBlocking(offset: offset, count: count),
            bytes.count == count
        else { return false }
        buffer.append(bytes.span.bytes)
        return true
    }
}

/// How blobs are read for the engine.
enum BlobStep {
    /// The bytes of a step: what is held of a file at once, a few times over.
    static var byteCount: Int { 256 << 10 }
}

extension BlobReader {
    /// Reads the blob a step at a time.
    func forEachStep(_ body: ([UInt8]) async throws -> Void) async throws {
        var offset = 0
        while offset < byteCount {
            let bytes = Array(buffer: try await read(offset: offset, count: BlobStep.byteCount))
            offset += bytes.count
            try await body(bytes)
        }
    }
}
