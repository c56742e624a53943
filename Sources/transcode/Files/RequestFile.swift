// SPDX-License-Identifier: Apache-2.0

// The client's own request file: indexed once, read again at the places that results need.

import JSONLCodec
import Transcoder

/// Gives the bytes of the request file to the engine.
final class RequestFile: RequestBytes {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { try? System.close(descriptor) }

    func read(offset: Int, count: Int, into buffer: inout ByteBuffer) -> Bool {
        System.read(descriptor, at: offset, count: count, into: &buffer) == count
    }

    /// Reads the file through and keeps where each request is.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limits: The bounds of lines.
    ///   - results: The format of the results that are joined.
    /// - Returns: The index, which reads from the file as long as it lives.
    /// - Throws: Where the file cannot be read twice, or holds no request.
    static func index(
        _ path: String, limits: Limits, results: FormatID?
    ) throws(CommandFailure) -> RequestIndex {
        let file: RequestFile
        var builder = RequestIndexBuilder(limits: limits, results: results)
        do throws(SystemError) {
            let descriptor = try System.open(reading: path)
            file = RequestFile(descriptor)
            let status = try System.status(descriptor)
            guard status.kind != .directory else { throw .isDirectory }
            // A pipe cannot be read a second time.
            guard status.kind == .regular else { throw .cannotSeek }
            var buffer = ByteBuffer(capacity: 1 << 20)
            _ = System.read(descriptor, at: 0, count: 4, into: &buffer)
            if let compression = Compression.of(beginning: buffer.view) {
                // Its requests are read again one by one, at their places.
                throw SystemError(
                    "is compressed (\(compression.program) -d makes what results can be joined with)"
                )
            }
            buffer.removeAll()
            while try System.read(descriptor, upTo: 1 << 20, into: &buffer) > 0 {
                buffer.withBytes { builder.feed($0) }
                buffer.removeAll()
            }
        } catch {
            throw .file(path, error)
        }
        let index = builder.finish(bytes: file)
        guard index.count > 0 else {
            throw CommandFailure(status: .input, message: "\(path): holds no request")
        }
        return index
    }
}
