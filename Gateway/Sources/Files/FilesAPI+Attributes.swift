// SPDX-License-Identifier: Apache-2.0

// GetObjectAttributes: what is known of an object, without its bytes.

import HTTPTypes
import Hummingbird
import Storage
import Wire

extension FilesAPI {
    /// GetObjectAttributes.
    func objectAttributes(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        guard
            let object = try await catalog.object(
                tenant: call.tenant, bucket: bucket, key: try call.key())
        else { throw S3Error.noSuchKey }
        let wanted = Set(
            (call.header("x-amz-object-attributes") ?? "").split(separator: ",").map {
                String($0.filter { $0 != " " })
            })
        let known: Set = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
        guard !wanted.isEmpty, wanted.isSubset(of: known) else {
            throw S3Error.invalidArgument("Invalid attribute name specified.")
        }
        let most = call.header("x-amz-max-parts").flatMap { Int($0) } ?? 1000
        let marker = call.header("x-amz-part-number-marker").flatMap { Int($0) } ?? 0
        var response = Self.document("GetObjectAttributesResponse") { xml in
            if wanted.contains("ETag") { xml.element("ETag", object.etag) }
            if wanted.contains("Checksum") { Self.writeChecksums(of: object, to: &xml) }
            if wanted.contains("ObjectParts"), !object.partByteCounts.isEmpty {
                Self.writeParts(of: object, after: marker, most: most, to: &xml)
            }
            if wanted.contains("StorageClass") { xml.element("StorageClass", "STANDARD") }
            if wanted.contains("ObjectSize") { xml.element("ObjectSize", object.blob.byteCount) }
        }
        response.headers[.lastModified] = UTCDate(milliseconds: object.modified).http
        return response
    }

    private static func writeChecksums(of object: StoredObject, to xml: inout XMLWriter) {
        guard !object.checksums.isEmpty else { return }
        xml.element("Checksum") { xml in
            for kind in ChecksumKind.allCases {
                if let value = object.checksums[kind.rawValue] {
                    xml.element(kind.elementName, value)
                }
            }
            xml.element("ChecksumType", object.checksumType ?? "FULL_OBJECT")
        }
    }

    private static func writeParts(
        of object: StoredObject, after marker: Int, most: Int, to xml: inout XMLWriter
    ) {
        let numbers = Array(1...object.partByteCounts.count)
        let page = numbers.filter { $0 > marker }.prefix(min(max(most, 0), 1000))
        let kind = ChecksumKind.allCases.first { object.checksums[$0.rawValue] != nil }
        xml.element("ObjectParts") { xml in
            xml.element("PartsCount", numbers.count)
            xml.element("PartNumberMarker", marker)
            xml.element("NextPartNumberMarker", page.last ?? 0)
            xml.element("MaxParts", most)
            xml.element("IsTruncated", (page.last ?? 0) < numbers.count)
            for number in page {
                xml.element("Part") { xml in
                    xml.element("PartNumber", number)
                    xml.element("Size", object.partByteCounts[number - 1])
                    if let kind, let sums = object.partChecksums, sums.count == numbers.count {
                        xml.element(kind.elementName, sums[number - 1])
                    }
                }
            }
        }
    }
}
