// SPDX-License-Identifier: Apache-2.0

// Cuts converted lines into files that a provider takes.

import NIOCore
import Providers
import Storage
import Transcoder

/// Writes lines to blobs, a new one whenever the next line would be over a limit.
final class PartWriter {
    private let limits: UpstreamLimits
    private let blobs: any BlobStore
    /// Lines ask for vectors, of which a batch has only so many.
    private let countsInputs: Bool
    private var scanner = RecordScanner()
    private var writer: (any BlobWriter)?
    private var recordCount = 0
    private var byteCount = 0
    private var inputCount = 0
    private var parts: [JobPart] = []

    init(_ limits: UpstreamLimits, _ blobs: any BlobStore, countsInputs: Bool) {
        self.limits = limits
        self.blobs = blobs
        self.countsInputs = countsInputs && limits.inputCount < .max
    }

    /// Appends whole lines; only the last one of a file may lack its line feed.
    func append(_ lines: [UInt8]) async throws {
        var start = 0
        var end = 0
        while end < lines.count {
            let feed = lines[end...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count - 1
            let length = feed + 1 - end
            guard length <= limits.byteCount else {
                throw JobFailure("a record is larger than the provider takes [file_too_large]")
            }
            let inputs = countsInputs ? self.inputs(of: lines[end...feed]) : 0
            let isFull =
                recordCount == limits.recordCount || byteCount + length > limits.byteCount
                || inputCount + inputs > limits.inputCount
            if isFull {
                try await write(lines[start..<end])
                try await endPart()
                start = end
            }
            recordCount += 1
            byteCount += length
            inputCount += inputs
            end = feed + 1
        }
        try await write(lines[start..<end])
    }

    private func write(_ bytes: ArraySlice<UInt8>) async throws {
        guard !bytes.isEmpty else { return }
        let writer: any BlobWriter
        if let current = self.writer {
            writer = current
        } else {
            writer = try await blobs.makeWriter(reserving: 0)
            self.writer = writer
        }
        try await writer.append(NIOCore.ByteBuffer(bytes: bytes))
    }

    private func endPart() async throws {
        guard let writer else { return }
        parts.append(JobPart(blob: try await writer.commit(), recordCount: recordCount))
        self.writer = nil
        recordCount = 0
        byteCount = 0
        inputCount = 0
    }

    /// What a line asks vectors for.
    private func inputs(of line: ArraySlice<UInt8>) -> Int {
        var count = 0
        scanner.scan(
            line.span.bytes, BlockPosition(file: 0, firstLine: 1, isFileStart: false)
        ) { count += $0.embeddingInputs ?? 0 }
        return count
    }

    /// The parts, when all lines were appended.
    func finish() async throws -> [JobPart] {
        try await endPart()
        return parts
    }

    /// Throws the part away that is not complete.
    func abandon() async {
        await writer?.abandon()
        writer = nil
    }
}
