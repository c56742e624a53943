// SPDX-License-Identifier: Apache-2.0

// The client's own request file: indexed once, read again at the places that results need.

import JSONLCodec
import Transcoder

/// The client's own requests, and where they can be read again.
struct RequestFile {
    let index: RequestIndex
    /// The file, or a copy of what came through a pipe.
    let bytes: StoredFile

    /// Reads an input through and keeps where each request is.
    ///
    /// - Parameters:
    ///   - file: The input, which may have been looked at already.
    ///   - settings: Say how long lines may be, and whether compressed files are decompressed.
    ///   - results: The format of the results that are joined.
    /// - Throws: Where the file cannot be read, or holds no request.
    init(
        _ file: InputFile, _ settings: Settings, results: FormatID?
    ) throws(CommandFailure) {
        var builder = RequestIndexBuilder(limits: settings.limits, results: results)
        let stored = try StoredFile.open(file.argument, decompresses: settings.decompresses)
        let place = if let stored { stored } else { try StoredFile.makeScratch() }
        var buffer = ByteBuffer(capacity: 1 << 20)
        while try Self.read(file, into: &buffer) > 0 {
            buffer.withBytes { builder.feed($0) }
            if stored == nil {
                try buffer.withBytes { (bytes) throws(CommandFailure) in try place.append(bytes) }
            }
            buffer.removeAll(keepingAtMost: 4 << 20)
        }
        bytes = place
        index = builder.finish(bytes: place)
        guard index.count > 0 else {
            throw CommandFailure(status: .input, message: "\(file.name): holds no request")
        }
    }

    /// Opens an input and reads it through.
    init(
        _ argument: String, _ settings: Settings, results: FormatID?
    ) throws(CommandFailure) {
        let file: InputFile
        do throws(SystemError) {
            file = try InputFile(argument, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: argument), error)
        }
        try self.init(file, settings, results: results)
    }

    private static func read(
        _ file: InputFile, into buffer: inout ByteBuffer
    ) throws(CommandFailure) -> Int {
        do throws(SystemError) {
            return try file.read(upTo: 1 << 20, into: &buffer)
        } catch {
            throw .file(file.name, error)
        }
    }
}
