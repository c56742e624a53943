// SPDX-License-Identifier: Apache-2.0

// The operating system's calls, with Swift's errors: the only file that spells them out, together
// with Signals.swift and Threads.swift.

import JSONLCodec

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A call that the system refused.
struct SystemError: Error, Hashable {
    let number: Int32
    /// What there is to say, where it is not in the system's words.
    private var sentence: String?

    init(number: Int32) { self.number = number }

    /// Something that only other programs, or none, have a number for.
    init(_ sentence: String) {
        number = EIO
        self.sentence = sentence
    }

    static let isDirectory = SystemError(number: EISDIR)
    static let noSuchFile = SystemError(number: ENOENT)
    /// A file is shorter than it was, or not readable any more.
    static let hasChanged = SystemError("has changed while it was read")
    static let alreadyExists = SystemError(number: EEXIST)
    static let noThread = SystemError(number: EAGAIN)

    var isClosedPipe: Bool { number == EPIPE }

    /// Why, for people.
    var message: String {
        if let sentence { return sentence }
        return switch number {
        case ENOENT: "no such file"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "is a directory"
        case ENOTDIR: "a part of the path is not a directory"
        case ENOSPC: "no space left on the disk"
        case EDQUOT: "the disk quota is used up"
        case EROFS: "the file system is read-only"
        case EMFILE, ENFILE: "too many open files"
        case EEXIST: "exists already"
        default: unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        }
    }
}

/// What is known about a file without reading it.
struct FileStatus {
    enum Kind {
        case regular, directory, link, other
    }

    let kind: Kind
    let size: Int
    let mode: UInt32
    let device: UInt64
    let node: UInt64

    fileprivate init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        size = Int(status.st_size)
        mode = UInt32(status.st_mode) & 0o7777
        device = UInt64(truncatingIfNeeded: status.st_dev)
        node = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// Whether both are one file under two names.
    func isSame(as other: FileStatus) -> Bool {
        device == other.device && node == other.node
    }
}

/// The calls, each as Swift would have it.
enum System {
    static let standardInput: Int32 = 0
    static let standardOutput: Int32 = 1
    static let standardError: Int32 = 2

    /// Repeats a call while signals interrupt it.
    private static func retry(_ call: () -> Int) throws(SystemError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw SystemError(number: errno) }
        }
    }

    // MARK: - Opening

    static func open(reading path: String) throws(SystemError) -> Int32 {
        Int32(try retry { Int(Self.call(path, O_RDONLY | O_CLOEXEC, 0)) })
    }

    /// Opens a file that is there for writing.
    static func open(writing path: String) throws(SystemError) -> Int32 {
        Int32(try retry { Int(Self.call(path, O_WRONLY | O_CLOEXEC, 0)) })
    }

    /// Makes a file that is not there yet.
    static func create(_ path: String) throws(SystemError) -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        return Int32(try retry { Int(Self.call(path, flags, 0o666)) })
    }

    /// Makes a file for reading and writing that has no name, so that it cannot stay behind.
    static func createScratch(in folder: String) throws(SystemError) -> Int32 {
        let path = "\(folder)/.transcode-\(processID)"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        for number in 0..<1000 {
            do throws(SystemError) {
                let name = "\(path)-\(number)"
                let file = Int32(try retry { Int(Self.call(name, flags, 0o600)) })
                remove(name)
                return file
            } catch SystemError.alreadyExists {
                continue
            }
        }
        throw .alreadyExists
    }

    private static func call(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
        unsafe Glibc.open(path, flags, mode)
        #elseif canImport(Musl)
        unsafe Musl.open(path, flags, mode)
        #else
        unsafe Darwin.open(path, flags, mode)
        #endif
    }

    /// Makes a pipe that other programs do not inherit.
    static func makePipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe pipe(bytes.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard result == 0 else { throw SystemError(number: errno) }
        for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    /// Goes back to the beginning of a file.
    static func rewind(_ file: Int32) throws(SystemError) {
        guard lseek(file, 0, SEEK_SET) >= 0 else { throw SystemError(number: errno) }
    }

    static func close(_ file: Int32) throws(SystemError) {
        #if canImport(Glibc)
        let result = Glibc.close(file)
        #elseif canImport(Musl)
        let result = Musl.close(file)
        #else
        let result = Darwin.close(file)
        #endif
        // A close that a signal interrupts has closed the file all the same.
        if result != 0 && errno != EINTR { throw SystemError(number: errno) }
    }

    // MARK: - Bytes

    /// Appends what can be read to a buffer; 0 at the end of the file.
    static func read(
        _ file: Int32, upTo count: Int, into buffer: inout ByteBuffer
    ) throws(SystemError) -> Int {
        var number: Int32 = 0
        let length = unsafe buffer.append(upTo: count) { room in
            while true {
                #if canImport(Glibc)
                let result = unsafe Glibc.read(file, room.baseAddress, room.count)
                #elseif canImport(Musl)
                let result = unsafe Musl.read(file, room.baseAddress, room.count)
                #else
                let result = unsafe Darwin.read(file, room.baseAddress, room.count)
                #endif
                if result >= 0 { return result }
                guard errno == EINTR else {
                    number = errno
                    return 0
                }
            }
        }
        if number != 0 { throw SystemError(number: number) }
        return length
    }

    /// Appends bytes from some place of a file; fewer than asked for at its end.
    static func read(
        _ file: Int32, at offset: Int, count: Int, into buffer: inout ByteBuffer
    ) -> Int {
        unsafe buffer.append(upTo: count) { room in
            var length = 0
            while length < room.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[length...])
                let result = unsafe pread(file, rest.baseAddress, rest.count, offset + length)
                if result > 0 {
                    length += result
                } else if result == 0 || errno != EINTR {
                    break
                }
            }
            return length
        }
    }

    /// Writes all bytes.
    static func write(_ bytes: RawSpan, to file: Int32) throws(SystemError) {
        var number: Int32 = 0
        unsafe bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
                #if canImport(Glibc)
                let result = unsafe Glibc.write(file, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                let result = unsafe Musl.write(file, rest.baseAddress, rest.count)
                #else
                let result = unsafe Darwin.write(file, rest.baseAddress, rest.count)
                #endif
                if result >= 0 {
                    done += result
                } else if errno == EAGAIN {
                    waitUntilWritable(file)
                } else if errno != EINTR {
                    number = errno
                    return
                }
            }
        }
        if number != 0 { throw SystemError(number: number) }
    }

    /// Writes text to standard error; there is nobody to tell that nobody listens.
    static func writeError(_ text: String) {
        var buffer = ByteBuffer()
        buffer.append(utf8: text)
        try? buffer.withBytes { (bytes) throws(SystemError) in
            try write(bytes, to: standardError)
        }
    }

    /// Brings a file's bytes to the disk.
    static func synchronize(_ file: Int32) throws(SystemError) {
        do throws(SystemError) {
            _ = try retry { Int(fsync(file)) }
        } catch {
            // Devices and pipes have no disk to go to.
            guard error.number == EINVAL || error.number == ENOTSUP else { throw error }
        }
    }

    /// Whether there is something to read now, or the end; waits for so long.
    static func isReadable(_ file: Int32, milliseconds: Int32) -> Bool {
        var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, milliseconds) != 0
    }

    private static func waitUntilWritable(_ file: Int32) {
        var request = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&request, 1, 1000)
    }

    // MARK: - Names

    /// What stands behind a name; links are followed.
    static func status(_ path: String) throws(SystemError) -> FileStatus {
        var result = stat()
        guard unsafe stat(path, &result) == 0 else { throw SystemError(number: errno) }
        return FileStatus(result)
    }

    static func status(_ file: Int32) throws(SystemError) -> FileStatus {
        var result = stat()
        guard unsafe fstat(file, &result) == 0 else { throw SystemError(number: errno) }
        return FileStatus(result)
    }

    /// Whether the user may read a file.
    static func requireReadable(_ path: String) throws(SystemError) {
        guard unsafe access(path, R_OK) == 0 else { throw SystemError(number: errno) }
    }

    /// The path without links, where it exists.
    static func realPath(_ path: String) -> String? {
        guard let result = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(result) }
        return unsafe String(cString: result)
    }

    static func rename(_ path: String, to other: String) throws(SystemError) {
        #if canImport(Glibc)
        let result = unsafe Glibc.rename(path, other)
        #elseif canImport(Musl)
        let result = unsafe Musl.rename(path, other)
        #else
        let result = unsafe Darwin.rename(path, other)
        #endif
        guard result == 0 else { throw SystemError(number: errno) }
    }

    static func remove(_ path: String) {
        _ = unsafe unlink(path)
    }

    static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o777) == 0 else { throw SystemError(number: errno) }
    }

    /// Removes a folder where it is empty.
    static func removeFolder(_ path: String) {
        _ = unsafe rmdir(path)
    }

    static func setMode(_ mode: UInt32, of file: Int32) {
        _ = fchmod(file, mode_t(truncatingIfNeeded: mode))
    }

    // MARK: - The process

    static func isTerminal(_ file: Int32) -> Bool { isatty(file) == 1 }

    static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    static var processID: Int { Int(getpid()) }

    static var onlineProcessorCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Seconds since some fixed moment.
    static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Allows the process as many open files as the system lets it have.
    static func raiseFileLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        // Where it is refused, the old limit is reported when it is met.
        _ = unsafe setrlimit(resource, &limit)
    }

    static func exit(_ status: Int32) -> Never {
        #if canImport(Glibc)
        Glibc.exit(status)
        #elseif canImport(Musl)
        Musl.exit(status)
        #else
        Darwin.exit(status)
        #endif
    }
}
