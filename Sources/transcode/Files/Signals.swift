// SPDX-License-Identifier: Apache-2.0

// Interruption: whatever ends the process, no half-written file stays behind.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file that is to be removed when a signal comes.
@unsafe private struct PendingFile {
    /// The name as a C string; it stays until the process ends, since a handler may be reading it.
    var name: UnsafeMutablePointer<CChar>?
    var isPending = false
}

/// The files that are to be removed when a signal comes.
///
/// A handler may do next to nothing, so the names stand ready in a fixed table. Only the main
/// thread writes it; the handler reads whole pointers.
nonisolated(unsafe) private let pendingFiles: UnsafeMutablePointer<PendingFile> = {
    let files = UnsafeMutablePointer<PendingFile>.allocate(capacity: Signals.fileLimit)
    unsafe files.initialize(repeating: PendingFile(), count: Signals.fileLimit)
    return unsafe files
}()

/// A line of progress is to be taken away when a signal comes.
nonisolated(unsafe) private var isProgressShown = false

/// What the process does about signals.
enum Signals {
    fileprivate static var fileLimit: Int { 8 }

    /// A closed pipe becomes an error of the write call; interruption cleans up.
    static func prepare() {
        _ = signal(SIGPIPE, SIG_IGN)
        // Made here, since the handler must not be the first to touch it.
        _ = unsafe pendingFiles
        for number in [SIGINT, SIGTERM, SIGHUP] { handle(number) }
        unblock()
    }

    /// A thread pool that starts programs may hand down its own mask, and nobody could stop them.
    private static func unblock() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, number) }
        unsafe sigprocmask(SIG_UNBLOCK, &signals, nil)
    }

    private static func handle(_ number: Int32) {
        var old = sigaction()
        unsafe sigaction(number, nil, &old)
        // Whoever started the process in the background with the signal off wants it off.
        #if canImport(Darwin)
        let isIgnored = unsafe unsafeBitCast(old.__sigaction_u.__sa_handler, to: Int.self) == 1
        #elseif canImport(Musl)
        let isIgnored = unsafe unsafeBitCast(old.__sa_handler.sa_handler, to: Int.self) == 1
        #else
        let isIgnored =
            unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
        #endif
        guard !isIgnored else { return }
        _ = signal(number) { _ in
            for index in 0..<Signals.fileLimit {
                let file = unsafe pendingFiles[index]
                if unsafe file.isPending, let name = unsafe file.name { _ = unsafe unlink(name) }
            }
            if unsafe isProgressShown { _ = unsafe write(2, "\r\u{1B}[K", 4) }
            _exit(130)
        }
    }

    /// Has a file removed if a signal comes; returns the place to give to ``release(_:)``.
    static func removeWhenInterrupted(_ path: String) -> Int? {
        for index in 0..<fileLimit where unsafe !pendingFiles[index].isPending {
            // The name before it stays in memory: a handler may have begun to read it.
            unsafe pendingFiles[index].name = strdup(path)
            unsafe pendingFiles[index].isPending = true
            return index
        }
        return nil
    }

    /// Has the line that the cursor is on erased if a signal comes.
    static func eraseWhenInterrupted(_ isShown: Bool) { unsafe isProgressShown = isShown }

    /// Leaves a file alone from now on.
    static func release(_ place: Int?) {
        guard let place else { return }
        unsafe pendingFiles[place].isPending = false
    }

    /// Dies of a closed pipe as other programs do: silently, with the status 141 in a shell.
    static func dieOfClosedPipe() -> Never {
        _ = signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        _exit(141)
    }
}
