// SPDX-License-Identifier: Apache-2.0

// The encoding aws-chunked: what SDKs send where the digest of a body comes behind it.
// Amazon S3 API Reference, "Signature calculations: transferring payload in multiple chunks".

import Crypto
import NIOCore
import Signing

/// Takes the frames off a body, as it comes in, cut anywhere.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case size, data(Int), dataEnd, trailer, done
    }

    private var state = State.size
    /// A line of which the end has not come yet.
    private var line: [UInt8] = []
    private var verifier: ChunkVerifier?
    private let hasSignedTrailer: Bool
    private var chunkHash = SHA256()
    private var chunkSignature = ""
    private var signedTrailer: [UInt8] = []
    private var decodedCount = 0
    private let expectedCount: Int
    /// The headers behind the last chunk, names in lower case.
    private(set) var trailers: [String: String] = [:]

    /// The longest line of a frame.
    private static var lineLimit: Int { 16 << 10 }

    /// Creates a decoder.
    ///
    /// - Parameters:
    ///   - expectedCount: `x-amz-decoded-content-length`.
    ///   - verifier: Verifies chunks that are signed.
    ///   - hasSignedTrailer: There is a signature behind the trailer.
    init(expectedCount: Int, verifier: ChunkVerifier?, hasSignedTrailer: Bool) {
        self.expectedCount = expectedCount
        self.verifier = verifier
        self.hasSignedTrailer = hasSignedTrailer
    }

    /// Decodes further bytes.
    ///
    /// - Parameters:
    ///   - input: The bytes.
    ///   - output: Gets the bytes of the object.
    /// - Throws: `S3Error` for broken frames, wrong signatures and wrong lengths.
    mutating func decode(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(S3Error) {
        while input.readableBytes > 0 {
            switch state {
            case .size:
                guard let line = try readLine(&input) else { return }
                try beginChunk(line)
            case .data(let count):
                guard let bytes = input.readSlice(length: min(count, input.readableBytes)) else {
                    return
                }
                if verifier != nil {
                    bytes.withUnsafeReadableBytes { chunkHash.update(bufferPointer: $0) }
                }
                output.writeImmutableBuffer(bytes)
                let rest = count - bytes.readableBytes
                state = rest > 0 ? .data(rest) : .dataEnd
            case .dataEnd:
                guard let line = try readLine(&input) else { return }
                guard line.isEmpty else { throw Self.broken }
                try endChunk()
                state = .size
            case .trailer:
                guard let line = try readLine(&input) else { return }
                try readTrailer(line)
            case .done:
                throw Self.broken
            }
        }
    }

    /// The end of the body: all must have come.
    func finish() throws(S3Error) {
        guard case .done = state, decodedCount == expectedCount else {
            throw .incompleteBody
        }
    }

    private static let broken = S3Error(
        "InvalidChunkSizeError", 400, "The aws-chunked encoding of the body is broken.")
    private static let wrongSignature = S3Error(
        "SignatureDoesNotMatch", 403, "The signature of a chunk does not match its bytes.")

    private mutating func readLine(_ input: inout ByteBuffer) throws(S3Error) -> [UInt8]? {
        while let byte: UInt8 = input.readInteger() {
            if byte == UInt8(ascii: "\n") {
                guard line.popLast() == UInt8(ascii: "\r") || line.isEmpty else {
                    throw Self.broken
                }
                defer { line.removeAll(keepingCapacity: true) }
                return line
            }
            line.append(byte)
            guard line.count <= Self.lineLimit else { throw Self.broken }
        }
        return nil
    }

    /// `SIZE` or `SIZE;chunk-signature=SIGNATURE`.
    private mutating func beginChunk(_ line: [UInt8]) throws(S3Error) {
        let parts = String(decoding: line, as: UTF8.self).split(separator: ";", maxSplits: 1)
        guard let digits = parts.first, digits.utf8.count <= 16,
            digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let size = Int(digits, radix: 16)
        else { throw Self.broken }
        decodedCount += size
        guard decodedCount <= expectedCount else { throw .incompleteBody }
        chunkHash = SHA256()
        chunkSignature = ""
        if parts.count == 2, parts[1].hasPrefix("chunk-signature=") {
            chunkSignature = String(parts[1].dropFirst("chunk-signature=".count))
        }
        guard size == 0 else {
            state = .data(size)
            return
        }
        try endChunk()
        state = .trailer
    }

    private mutating func endChunk() throws(S3Error) {
        guard verifier != nil else { return }
        let hash = SigV4.hex(chunkHash.finalize())
        guard verifier?.accepts(chunkWithHash: hash, signature: chunkSignature) == true else {
            throw Self.wrongSignature
        }
        chunkHash = SHA256()
    }

    private mutating func readTrailer(_ line: [UInt8]) throws(S3Error) {
        guard !line.isEmpty else {
            guard verifier == nil || !hasSignedTrailer || signedTrailer.isEmpty else {
                throw Self.wrongSignature
            }
            state = .done
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), trailers.count < 16 else {
            throw Self.broken
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = String(decoding: line[(colon + 1)...].drop { $0 == 0x20 }, as: UTF8.self)
        if name == "x-amz-trailer-signature" {
            if hasSignedTrailer, verifier != nil {
                guard verifier?.accepts(trailer: signedTrailer, signature: value) == true else {
                    throw Self.wrongSignature
                }
                signedTrailer = []
            }
            return
        }
        signedTrailer += Array("\(name):\(value)\n".utf8)
        trailers[name] = value
    }
}
