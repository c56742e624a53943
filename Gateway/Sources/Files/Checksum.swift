// SPDX-License-Identifier: Apache-2.0

// The checksums that S3 knows: which there are, and how each is computed while bytes stream by.

import Crypto
import NIOCore

/// A kind of checksum.
enum ChecksumKind: String, CaseIterable, Sendable, Codable {
    case crc32, crc32c, crc64nvme, sha1, sha256

    /// `x-amz-checksum-crc32`.
    var headerName: String { "x-amz-checksum-\(rawValue)" }

    /// `ChecksumCRC32`, the element in answers.
    var elementName: String { "Checksum\(rawValue.uppercased())" }

    /// The kind of a header or of an algorithm's name.
    init?(name: String) {
        let lower = name.lowercased()
        let prefix = "x-amz-checksum-"
        self.init(rawValue: lower.hasPrefix(prefix) ? String(lower.dropFirst(prefix.count)) : lower)
    }

    /// CRC-64 is always that of the whole object.
    var isAlwaysWhole: Bool { self == .crc64nvme }
}

/// A checksum being computed.
struct RunningChecksum: Sendable {
    private enum State: Sendable {
        case crc(CRC, UInt64)
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    private var state: State

    init(_ kind: ChecksumKind) {
        state =
            switch kind {
            case .crc32: .crc(.crc32, CRC.crc32.start)
            case .crc32c: .crc(.crc32c, CRC.crc32c.start)
            case .crc64nvme: .crc(.crc64nvme, CRC.crc64nvme.start)
            case .sha1: .sha1(Insecure.SHA1())
            case .sha256: .sha256(SHA256())
            }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .crc(let crc, let value): state = .crc(crc, crc.update(value, bytes))
        case .sha1(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha1(hash)
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha256(hash)
        }
    }

    /// The bytes of the checksum.
    var value: [UInt8] {
        switch state {
        case .crc(let crc, let value): crc.value(value)
        case .sha1(let hash): Array(hash.finalize())
        case .sha256(let hash): Array(hash.finalize())
        }
    }
}

/// Base64 in the standard alphabet, as checksums are spelled.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - $1.offset * 8) }
            for place in 0..<4 {
                text.append(
                    place <= group.count
                        ? alphabet[bits >> (18 - place * 6) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        let signs = Array(text.utf8)
        guard signs.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: signs.count, by: 4) {
            let group = signs[start..<start + 4]
            let padding = group.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            guard padding <= 2, padding == 0 || start + 4 == signs.count else { return nil }
            var bits = 0
            for sign in group.dropLast(padding) {
                guard let value = alphabet.firstIndex(of: sign) else { return nil }
                bits = bits << 6 | value
            }
            bits <<= padding * 6
            for place in 0..<3 - padding {
                bytes.append(UInt8(truncatingIfNeeded: bits >> (16 - place * 8)))
            }
        }
        return bytes
    }
}
