// SPDX-License-Identifier: Apache-2.0

// What a request is about: the service, a bucket or an object, and which side of it.

import HTTPTypes
import Wire

/// The bucket and key of a request, and its parameters.
struct S3Target: Sendable {
    /// Where the service stands in the gateway.
    static let prefix = "/bedrock/files"

    let bucket: String?
    let key: String?
    private let parameters: [(name: String, value: String?)]

    /// Takes a raw path apart: split once, decoded once, never normalised.
    init(_ head: HTTPRequest) throws(S3Error) {
        let target = RequestTarget(head.path ?? "/")
        guard let parameters = target.parameters else { throw .invalidURI }
        self.parameters = parameters
        let path = target.path.dropFirst(Self.prefix.count).drop(while: { $0 == "/" }, atMost: 1)
        let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty else {
            bucket = nil
            key = nil
            return
        }
        guard let name = PercentCoding.decode(first.utf8), Self.isPlausible(bucket: name) else {
            throw S3Error("InvalidBucketName", 400, "The specified bucket is not valid.")
        }
        bucket = name
        guard parts.count == 2, !parts[1].isEmpty else {
            key = nil
            return
        }
        guard let key = PercentCoding.decode(parts[1].utf8), !key.utf8.contains(0) else {
            throw .invalidURI
        }
        guard key.utf8.count <= 1024 else { throw .keyTooLong }
        self.key = key
    }

    /// The value of a parameter; empty where it has none, nil where it is not there.
    subscript(name: String) -> String? {
        parameters.first { $0.name == name }.map { $0.value ?? "" }
    }

    private static func isPlausible(bucket: String) -> Bool {
        (1...255).contains(bucket.utf8.count)
            && bucket.utf8.allSatisfy {
                $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")
                    || (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// A parameter that asks for a side of buckets and objects that is not there.
    var unknownSide: String? {
        let sides: Set<String> = [
            "accelerate", "acl", "analytics", "cors", "encryption",
            "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metrics",
            "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
            "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select",
            "tagging", "torrent", "website",
        ]
        if let version = self["versionId"], version != "null" { return "versionId" }
        return parameters.first { sides.contains($0.name) }?.name
    }
}

extension Substring {
    fileprivate func drop(while isDropped: (Character) -> Bool, atMost limit: Int) -> Substring {
        let end = prefix(limit).firstIndex { !isDropped($0) }
        return self[(end ?? index(startIndex, offsetBy: limit, limitedBy: endIndex) ?? endIndex)...]
    }
}
