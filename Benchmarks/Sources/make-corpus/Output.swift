// SPDX-License-Identifier: Apache-2.0

// Standard output and standard error, in large writes.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The two streams of the program.
enum Output {
    /// Why bytes could not be written, as the system says it.
    struct Failure: Error {
        let message: String
    }

    /// Writes all bytes to standard output.
    static func write(_ bytes: [UInt8]) throws(Failure) {
        try write(bytes, to: 1)
    }

    /// Says something on standard error; there is nobody to tell where that fails.
    static func complain(_ text: String) {
        try? write(Array(text.utf8), to: 2)
    }

    /// Ends the program.
    static func exit(_ status: Int32) -> Never {
        #if canImport(Glibc)
        Glibc.exit(status)
        #elseif canImport(Musl)
        Musl.exit(status)
        #elseif canImport(Darwin)
        Darwin.exit(status)
        #endif
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer[start...]))
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Failure(message: String(cString: strerror(errno)))
            }
            start += written
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Darwin)
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
