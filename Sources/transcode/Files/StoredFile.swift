// SPDX-License-Identifier: Apache-2.0

// Bytes that are read a second time, at any place: an input, or a copy of one that is gone.

import JSONLCodec
import Transcoder

/// A file that can be read at any place.
final class StoredFile: RequestBytes {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { try? System.close(descriptor) }

    /// Opens an input; nil where it can be read only once: a pipe, standard input, or a file whose
    /// bytes are not those of its lines.
    static func open(
        _ argument: String, decompresses: Bool
    ) throws(CommandFailure) -> StoredFile? {
        do throws(SystemError) {
            guard argument != "-", try System.status(argument).kind == .regular else { return nil }
            let file = StoredFile(try System.open(reading: argument))
            return decompresses && file.isCompressed ? nil : file
        } catch {
            throw .file(argument, error)
        }
    }

    /// Makes a file without a name, which goes away with the process.
    static func makeScratch() throws(CommandFailure) -> StoredFile {
        let folder = System.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        do throws(SystemError) {
            return StoredFile(try System.createScratch(in: folder))
        } catch {
            throw .file(folder, error)
        }
    }

    private var isCompressed: Bool {
        var magic = ByteBuffer(capacity: 4)
        _ = System.read(descriptor, at: 0, count: 4, into: &magic)
        return Compression.of(beginning: magic.view) != nil
    }

    func read(offset: Int, count: Int, into buffer: inout ByteBuffer) -> Bool {
        System.read(descriptor, at: offset, count: count, into: &buffer) == count
    }

    /// Writes to the end of a scratch file.
    func append(_ bytes: RawSpan) throws(CommandFailure) {
        do throws(SystemError) {
            try System.write(bytes, to: descriptor)
        } catch {
            throw .file("the temporary copy of an input", error)
        }
    }
}
