// SPDX-License-Identifier: Apache-2.0

// Which processes share a folder, and which of them live: told by the kernel, not by a clock.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// This process among those that share a folder.
///
/// Each holds a lock on a file with its name, which the kernel takes back when the process ends,
/// however it ends. So what a dead process had can be taken over at once, and what a living one
/// has never is, however long a step takes.
public final class FolderMember: Sendable {
    /// The name: new for each process, of hexadecimal digits.
    public let name: String
    private let folder: String
    private let file: Int32

    /// Joins the processes of a folder, and clears away what dead ones left.
    ///
    /// - Parameter folder: The folder; it is made where it is missing.
    /// - Throws: `FileSystemError`.
    public init(folder: String) throws {
        self.folder = folder + "/processes"
        name = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        for path in [folder, self.folder] {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw FileSystemError(action: "make the folder \(path)", number: errno)
            }
        }
        // Nobody sees the name before the lock is held.
        let path = "\(self.folder)/\(name)"
        file = openFile(path + ".new", O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0, rename(path + ".new", path) == 0
        else { throw FileSystemError(action: "lock \(path)", number: errno) }
        for other in try LocalBlobStore.names(in: self.folder)
        where !other.hasSuffix(".new") && !isAlive(other) {
            unlink("\(self.folder)/\(other)")
        }
    }

    deinit {
        unlink("\(folder)/\(name)")
        closeFile(file)
    }

    /// Whether a process of that name still runs.
    public func isAlive(_ other: String) -> Bool {
        if other == name { return true }
        guard other.utf8.allSatisfy({ $0 != UInt8(ascii: "/") }) else { return false }
        let file = openFile("\(folder)/\(other)", O_RDWR)
        guard file >= 0 else { return false }
        defer { closeFile(file) }
        return flock(file, LOCK_EX | LOCK_NB) != 0
    }
}
