// SPDX-License-Identifier: Apache-2.0

// Another program between a file and this one: gzip and zstd, as the system has them.

import JSONLCodec

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How a file is compressed; the system's own programs do the work.
enum Compression: CaseIterable {
    case gzip, zstd

    /// The name of the program.
    var program: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        }
    }

    /// The bytes that compressed files begin with.
    var magic: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    /// How names of compressed files end.
    var suffix: String {
        switch self {
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }

    /// What a file that begins so is compressed with.
    static func of(beginning bytes: ByteView) -> Compression? {
        allCases.first { compression in
            bytes.count >= compression.magic.count
                && compression.magic.indices.allSatisfy { bytes[$0] == compression.magic[$0] }
        }
    }

    /// Whether further bytes could show that a file is compressed.
    static func mayBegin(_ bytes: ByteView) -> Bool {
        allCases.contains { compression in
            bytes.count < compression.magic.count
                && (0..<bytes.count).allSatisfy { bytes[$0] == compression.magic[$0] }
        }
    }

    /// What a file of that name is to be compressed with.
    static func of(name: String) -> Compression? {
        allCases.first { name.hasSuffix($0.suffix) }
    }

    /// The arguments to decompress standard input.
    var decompressing: [String] {
        switch self {
        case .gzip: ["gzip", "-d", "-c"]
        case .zstd: ["zstd", "-q", "-d", "-c"]
        }
    }

    /// The arguments to compress standard input.
    var compressing: [String] {
        switch self {
        case .gzip: ["gzip", "-c"]
        case .zstd: ["zstd", "-q", "-c"]
        }
    }
}

/// A program that was started, and what it complains about.
final class FilterProcess {
    private let name: String
    private let processID: pid_t
    private let complaints: Int32
    private var isWaitedFor = false

    /// Starts a program with files as its standard input and output; both stay open here.
    ///
    /// - Throws: Where the program is not there or cannot be started.
    init(_ arguments: [String], input: Int32, output: Int32) throws(SystemError) {
        let name = arguments.first ?? ""
        let errors = try System.makePipe()
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
        // A closed pipe ends the program, although it is an ordinary error here.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var processID: pid_t = 0
        let result = unsafe posix_spawnp(&processID, name, &actions, &attributes, &words, environ)
        try? System.close(errors.writing)
        guard result == 0 else {
            try? System.close(errors.reading)
            throw SystemError(
                result == ENOENT
                    ? "needs \(name), which is not installed"
                    : "cannot start \(name): \(SystemError(number: result).message)")
        }
        self.name = name
        self.processID = processID
        complaints = errors.reading
    }

    deinit { end() }

    /// Waits for the program's end.
    ///
    /// - Throws: What the program complained about, where it failed.
    func finish() throws(SystemError) {
        guard !isWaitedFor else { return }
        var text = ByteBuffer()
        while text.count < 4096, let count = try? System.read(complaints, upTo: 4096, into: &text),
            count > 0
        {}
        let status = wait()
        guard status != 0 else { return }
        let line = text.view.text.split(separator: "\n").first.map(String.init) ?? ""
        throw SystemError(line.isEmpty ? "\(name) failed (status \(status))" : line)
    }

    /// Ends the program, whatever it is doing.
    func end() {
        guard !isWaitedFor else { return }
        kill(processID, SIGTERM)
        _ = wait()
    }

    private func wait() -> Int32 {
        isWaitedFor = true
        try? System.close(complaints)
        var status: Int32 = 0
        while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
