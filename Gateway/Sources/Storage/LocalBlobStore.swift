// SPDX-License-Identifier: Apache-2.0

// Blobs as files in a folder: written aside, synced, and then given the name of their digest.

import Crypto
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Blobs in a local folder.
///
/// Calls of the file system block, so they run on threads made for that.
public struct LocalBlobStore: BlobStore {
    private let folder: String
    private let lowWaterMark: Int
    private let reservations = Reservations()
    private let member: FolderMember
    private let threads = NIOThreadPool.singleton

    /// Opens the folder, or makes it.
    ///
    /// - Parameters:
    ///   - folder: Where the blobs are.
    ///   - member: This process among those that share the folder.
    ///   - lowWaterMark: The bytes of the disk that stay free.
    /// - Throws: `FileSystemError`.
    public init(folder: String, member: FolderMember, lowWaterMark: Int = 64 << 20) throws {
        self.folder = folder
        self.member = member
        self.lowWaterMark = lowWaterMark
        for name in ["", "/tmp", "/blobs"] {
            guard mkdir(folder + name, 0o700) == 0 || errno == EEXIST else {
                throw FileSystemError(action: "make the folder \(folder)\(name)", number: errno)
            }
        }
        try removeLeftovers()
    }

    /// What processes began that are no more.
    private func removeLeftovers() throws {
        for name in try Self.names(in: folder + "/tmp") {
            let owner = String(name.prefix { $0 != "-" })
            if !member.isAlive(owner) { unlink("\(folder)/tmp/\(name)") }
        }
    }

    /// Begins a blob; see ``BlobStore``.
    public func makeWriter(reserving byteCount: Int) async throws -> any BlobWriter {
        let path = "\(folder)/tmp/\(member.name)-\(UInt64.random(in: 0 ... .max))"
        return try await threads.runIfActive {
            let room = Reservation(byteCount, of: reservations)
            guard try unwrittenByteCount() >= 0 else { throw OutOfSpace() }
            let file = openFile(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
            guard file >= 0 else { throw LocalBlobWriter.failure("begin a blob") }
            return LocalBlobWriter(file: file, path: path, store: self, room: room)
        }
    }

    /// Opens a blob; see ``BlobStore``.
    public func open(_ id: BlobID) async throws -> any BlobReader {
        let path = try self.path(of: id)
        return try await threads.runIfActive {
            let file = openFile(path, O_RDONLY)
            guard file >= 0 else {
                throw errno == ENOENT
                    ? BlobNotFound(id: id) : FileSystemError(action: "open a blob", number: errno)
            }
            var status = stat()
            guard fstat(file, &status) == 0 else {
                closeFile(file)
                throw FileSystemError(action: "look at a blob", number: errno)
            }
            return LocalBlobReader(file: file, byteCount: Int(status.st_size))
        }
    }

    /// Removes a blob; see ``BlobStore``.
    public func delete(_ id: BlobID) async throws {
        let path = try self.path(of: id)
        try await threads.runIfActive {
            guard unlink(path) == 0 || errno == ENOENT else {
                throw FileSystemError(action: "remove a blob", number: errno)
            }
        }
    }

    /// The room that is left; see ``BlobStore``.
    public func freeByteCount() async throws -> Int {
        try await threads.runIfActive { try freeByteCountNow() }
    }

    /// The room that is left, asked synchronously: a call of the kernel that does not wait.
    ///
    /// - Returns: The bytes up to the low-water mark.
    /// - Throws: `FileSystemError`.
    public func freeByteCountNow() throws -> Int { max(0, try unwrittenByteCount()) }

    /// What is left when all that was begun is written; negative where that is too much.
    fileprivate func unwrittenByteCount() throws -> Int {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            throw FileSystemError(action: "look at the disk", number: errno)
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        return free - lowWaterMark - reservations.byteCount
    }

    /// The blobs that were written before some time.
    ///
    /// - Parameter seconds: How long ago.
    /// - Returns: Their names.
    /// - Throws: `FileSystemError`.
    public func blobs(olderThan seconds: Double) async throws -> [BlobID] {
        try await threads.runIfActive {
            var ids: [BlobID] = []
            for parent in try Self.names(in: folder + "/blobs") {
                for name in try Self.names(in: "\(folder)/blobs/\(parent)") {
                    if Self.isOlder("\(folder)/blobs/\(parent)/\(name)", than: seconds) {
                        ids.append(BlobID(digest: name))
                    }
                }
            }
            return ids
        }
    }

    /// Removes a blob that was written before some time.
    ///
    /// - Parameters:
    ///   - id: The blob.
    ///   - seconds: How long ago.
    /// - Returns: Whether it was removed.
    /// - Throws: `FileSystemError`.
    public func delete(_ id: BlobID, ifOlderThan seconds: Double) async throws -> Bool {
        let path = try self.path(of: id)
        return try await threads.runIfActive {
            guard Self.isOlder(path, than: seconds) else { return false }
            return unlink(path) == 0
        }
    }

    private static func isOlder(_ path: String, than seconds: Double) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return Double(status.st_mtim.tv_sec) < Double(time(nil)) - seconds
    }

    /// The names in a folder, hidden ones aside.
    static func names(in folder: String) throws -> [String] {
        guard let entries = opendir(folder) else {
            throw FileSystemError(action: "read \(folder)", number: errno)
        }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// A digest is all that ever becomes part of a path.
    fileprivate func path(of id: BlobID) throws -> String {
        let isDigest =
            id.digest.utf8.count == 64
            && id.digest.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            }
        guard isDigest else { throw BlobNotFound(id: id) }
        return "\(folder)/blobs/\(id.digest.prefix(2))/\(id.digest)"
    }

    /// Gives a finished file its name; both folders are on the disk afterwards.
    fileprivate func adopt(_ path: String, as id: BlobID) throws {
        let target = try self.path(of: id)
        let parent = "\(folder)/blobs/\(id.digest.prefix(2))"
        if mkdir(parent, 0o700) == 0 { try synchronize("\(folder)/blobs") }
        guard rename(path, target) == 0 else { throw LocalBlobWriter.failure("name a blob") }
        try synchronize(parent)
    }

    private func synchronize(_ path: String) throws {
        let file = openFile(path, O_RDONLY)
        guard file >= 0 else { throw FileSystemError(action: "open a folder", number: errno) }
        defer { closeFile(file) }
        guard fsync(file) == 0 else { throw LocalBlobWriter.failure("sync a folder") }
    }
}

/// A file that is being written; one task uses it at a time.
private final class LocalBlobWriter: BlobWriter, @unchecked Sendable {
    // Sound to send: each call is awaited before the next one, and they alone touch the state.
    private var file: Int32
    private let path: String
    private let store: LocalBlobStore
    private var hash = SHA256()
    private var byteCount = 0
    /// The room that is kept for what will still be written.
    private let room: Reservation
    /// Where the disk is looked at next, for bytes that no room was kept for.
    private var nextCheck = 0

    private static var checkInterval: Int { 8 << 20 }

    init(file: Int32, path: String, store: LocalBlobStore, room: Reservation) {
        self.file = file
        self.path = path
        self.store = store
        self.room = room
    }

    deinit { discard() }

    static func failure(_ action: String) -> any Error {
        let number = errno
        return number == ENOSPC || number == EDQUOT
            ? OutOfSpace() : FileSystemError(action: action, number: number)
    }

    func append(_ bytes: ByteBuffer) async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.write(bytes) }
    }

    private func write(_ bytes: ByteBuffer) throws {
        room.release(bytes.readableBytes)
        if room.byteCount == 0, byteCount >= nextCheck {
            nextCheck = byteCount + Self.checkInterval
            guard try store.unwrittenByteCount() > 0 else { throw OutOfSpace() }
        }
        try bytes.withUnsafeReadableBytes { bytes in
            hash.update(bufferPointer: bytes)
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = pwrite(file, rest.baseAddress, rest.count, off_t(byteCount + done))
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    throw Self.failure("write a blob")
                }
            }
            byteCount += bytes.count
        }
    }

    func commit() async throws -> Blob {
        try await NIOThreadPool.singleton.runIfActive {
            guard fsync(self.file) == 0 else { throw Self.failure("sync a blob") }
            let digest = self.hash.finalize().map { byte in
                let digits = String(byte, radix: 16)
                return digits.utf8.count == 1 ? "0" + digits : digits
            }.joined()
            let id = BlobID(digest: digest)
            try self.store.adopt(self.path, as: id)
            closeFile(self.file)
            self.file = -1
            return Blob(id: id, byteCount: self.byteCount)
        }
    }

    func abandon() async {
        discard()
    }

    private func discard() {
        guard file >= 0 else { return }
        room.release(.max)
        closeFile(file)
        file = -1
        unlink(path)
    }
}

/// A file that is being read.
private final class LocalBlobReader: BlobReader, @unchecked Sendable {
    // Sound to send: nothing changes but the number of the file, when it is closed.
    let byteCount: Int
    private let file: Int32

    init(file: Int32, byteCount: Int) {
        self.file = file
        self.byteCount = byteCount
    }

    deinit { closeFile(file) }

    func read(offset: Int, count: Int) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive {
            ByteBuffer(bytes: try self.readBlocking(offset: offset, count: count))
        }
    }

    func readBlocking(offset: Int, count: Int) throws -> [UInt8] {
        let wanted = max(0, min(count, byteCount - offset))
        return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled..<wanted])
                let length = pread(file, rest.baseAddress, rest.count, off_t(offset + filled))
                if length > 0 {
                    filled += length
                } else if length == 0 || errno != EINTR {
                    throw FileSystemError(action: "read a blob", number: length == 0 ? 0 : errno)
                }
            }
        }
    }

    /// The file is closed with the last reference to it.
    func close() async {}
}

func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
    open(path, flags | O_CLOEXEC, mode)
}

func closeFile(_ file: Int32) {
    _ = close(file)
}
