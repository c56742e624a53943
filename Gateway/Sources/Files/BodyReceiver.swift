// SPDX-License-Identifier: Apache-2.0

// A body on its way into a blob: unframed, summed up, verified, and only then there.

import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Signing
import Storage

/// What a request promises about its body.
struct BodyPlan: Sendable {
    /// The bytes of the object.
    let byteCount: Int
    fileprivate let payload: PayloadPromise
    fileprivate let md5: [UInt8]?
    /// Checksums that headers give.
    fileprivate var given: [ChecksumKind: String] = [:]
    /// Checksums that are to be computed.
    fileprivate var kinds: Set<ChecksumKind> = []

    /// Reads the headers.
    ///
    /// - Throws: `S3Error` where a length is missing or too large, or a header is broken.
    init(
        _ headers: HTTPFields, _ payload: PayloadPromise, byteLimit: Int,
        also kind: ChecksumKind? = nil
    ) throws(S3Error) {
        self.payload = payload
        let value = { (name: String) in HTTPField.Name(name).flatMap { headers[$0] } }
        let isChunked =
            switch payload {
            case .unsignedChunks, .signedChunks: true
            case .sha256, .unsigned: false
            }
        let length = value(isChunked ? "x-amz-decoded-content-length" : "content-length")
        guard let length else { throw .missingLength }
        guard let byteCount = Int(length), byteCount >= 0 else {
            throw .invalidArgument("The length of the body is no number.")
        }
        guard byteCount <= byteLimit else { throw .tooLarge }
        self.byteCount = byteCount
        if let header = value("content-md5") {
            guard let digest = Base64.decode(header), digest.count == 16 else {
                throw S3Error("InvalidDigest", 400, "The Content-MD5 you specified is not valid.")
            }
            md5 = digest
        } else {
            md5 = nil
        }
        for field in headers {
            let name = field.name.canonicalName
            guard name.hasPrefix("x-amz-checksum-"), let kind = ChecksumKind(name: name) else {
                continue
            }
            given[kind] = field.value
            kinds.insert(kind)
        }
        guard given.count <= 1 else {
            throw .invalidRequest("Expecting a single x-amz-checksum- header.")
        }
        for name in (value("x-amz-trailer") ?? "").split(separator: ",") {
            let name = name.filter { $0 != " " }
            if let kind = ChecksumKind(name: String(name)) { kinds.insert(kind) }
        }
        if let kind { kinds.insert(kind) }
    }
}

extension BodyPlan {
    /// The checksums in the headers are of something else than the body.
    mutating func ignoreChecksums() {
        given = [:]
        kinds = []
    }
}

/// A body that has arrived.
struct ReceivedBody: Sendable {
    let blob: Blob
    let md5: [UInt8]
    let checksums: [ChecksumKind: [UInt8]]
}

/// Receives bodies.
struct BodyReceiver: Sendable {
    let blobs: any BlobStore

    /// Writes a body to a blob, which is there only if all that was promised of it is true.
    ///
    /// - Throws: `S3Error`, or what the storage throws.
    func receive(_ body: RequestBody, _ plan: BodyPlan) async throws -> ReceivedBody {
        let writer = try await blobs.makeWriter(reserving: plan.byteCount)
        do {
            return try await write(body, plan, to: writer)
        } catch {
            await writer.abandon()
            throw error
        }
    }

    private func write(
        _ body: RequestBody, _ plan: BodyPlan, to writer: any BlobWriter
    ) async throws -> ReceivedBody {
        var decoder = Self.decoder(for: plan)
        var md5 = Insecure.MD5()
        var sums = Dictionary(uniqueKeysWithValues: plan.kinds.map { ($0, RunningChecksum($0)) })
        var count = 0
        for try await piece in body {
            var piece = piece
            var bytes = ByteBuffer()
            if decoder == nil {
                bytes = piece
            } else {
                try decoder?.decode(&piece, into: &bytes)
            }
            guard bytes.readableBytes > 0 else { continue }
            count += bytes.readableBytes
            guard count <= plan.byteCount else { throw S3Error.incompleteBody }
            bytes.withUnsafeReadableBytes { bytes in
                md5.update(bufferPointer: bytes)
                for kind in plan.kinds { sums[kind]?.update(bytes) }
            }
            try await writer.append(bytes)
        }
        try decoder?.finish()
        guard count == plan.byteCount else { throw S3Error.incompleteBody }
        let checksums = sums.mapValues(\.value)
        let digest = Array(md5.finalize())
        if let expected = plan.md5, expected != digest { throw S3Error.badDigest("Content-MD5") }
        try Self.verify(checksums, plan, trailers: decoder?.trailers ?? [:])
        let blob = try await writer.commit()
        if case .sha256(let expected) = plan.payload, expected != blob.id.digest {
            // The blob stays for the sweeper: no record points at it.
            throw S3Error.wrongDigest
        }
        return ReceivedBody(blob: blob, md5: digest, checksums: checksums)
    }

    private static func decoder(for plan: BodyPlan) -> ChunkedDecoder? {
        switch plan.payload {
        case .sha256, .unsigned: nil
        case .unsignedChunks:
            ChunkedDecoder(
                expectedCount: plan.byteCount, verifier: nil, hasSignedTrailer: false)
        case .signedChunks(let verifier, let hasTrailer):
            ChunkedDecoder(
                expectedCount: plan.byteCount, verifier: verifier, hasSignedTrailer: hasTrailer)
        }
    }

    private static func verify(
        _ checksums: [ChecksumKind: [UInt8]], _ plan: BodyPlan, trailers: [String: String]
    ) throws(S3Error) {
        for (kind, value) in checksums {
            guard let expected = plan.given[kind] ?? trailers[kind.headerName] else { continue }
            guard Base64.decode(expected) == value else {
                throw .badDigest(kind.rawValue.uppercased())
            }
        }
    }
}
