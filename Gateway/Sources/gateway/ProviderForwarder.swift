// SPDX-License-Identifier: Apache-2.0

// Files that are in a provider's dialect already go to its file store as soon as they are put.

import Files
import Foundation
import Jobs
import NIOCore
import Providers
import Storage
import Transcoder
import Wire

/// Hands files on to the providers.
struct ProviderForwarder: FileForwarder {
    let providers: [ProviderName: any BatchProvider]
    let blobs: any BlobStore

    func forward(_ object: StoredObject, to provider: ProviderName) async throws -> String? {
        do {
            return try await upload(object, to: provider)
        } catch let error as UpstreamError {
            throw ForwardingFailure(
                code: error.code, message: "\(error)", isTemporary: error.isRetryable)
        }
    }

    private func upload(_ object: StoredObject, to provider: ProviderName) async throws -> String? {
        guard let upstream = providers[provider] else { return nil }
        let source = try await BlobUpload(object.blob, blobs)
        if let storage = upstream as? any ObjectStorage {
            return try await storage.putObject(source, bucket: object.bucket, key: object.key)
        }
        guard try await isOwnDialect(object.blob, of: provider) else { return nil }
        // The same bytes are the same file: a repeated put does not upload them again.
        let name = "gw-file-\(object.blob.id.digest.prefix(24))"
        if let known = try await upstream.findUpload(
            name: name, since: object.modified - 86_400_000)
        {
            return known
        }
        return try await upstream.upload(source, name: name, for: nil)
    }

    private func isOwnDialect(_ blob: Blob, of provider: ProviderName) async throws -> Bool {
        let reader = try await blobs.open(blob.id)
        let bytes = Array(buffer: try await reader.read(offset: 0, count: 1 << 20))
        let outcome = Detection.detect(
            beginning: bytes.span.bytes, isWhole: bytes.count == reader.byteCount)
        guard case .found(let detection) = outcome, detection.kind == .request else { return false }
        return detection.format.provider == provider.rawValue
    }
}
