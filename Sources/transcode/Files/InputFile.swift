// SPDX-License-Identifier: Apache-2.0

// One input: a file, a pipe or standard input, and what its first bytes show.

import JSONLCodec
import Transcoder

/// An input that is being read.
final class InputFile {
    /// What the beginning shows.
    enum Beginning {
        case found(Detection)
        /// It holds no record.
        case empty
        /// No record in the first part of it is of a known format.
        case unknown
    }

    /// The name as messages show it.
    let name: String
    /// The name as reports have it: `-` for standard input.
    let argument: String
    let status: FileStatus
    /// What is read: the file, or what a program makes of it.
    private var descriptor: Int32
    /// The program that decompresses the file.
    private var decompressor: FilterProcess?
    private var mayBeCompressed: Bool
    /// Bytes that were read ahead and not handed out yet.
    private var ahead = ByteBuffer(capacity: 64)
    /// Everything was read.
    private(set) var isAtEnd = false
    /// The bytes read so far.
    private(set) var byteCount = 0

    /// The most bytes that are looked at to find the format out, beyond the first line.
    private static var sampleByteLimit: Int { 1 << 20 }

    /// Opens an input; compressed ones are decompressed by the system's programs if wanted.
    init(_ argument: String, decompresses: Bool) throws(SystemError) {
        self.argument = argument
        mayBeCompressed = decompresses
        name = Self.name(of: argument)
        if argument == "-" {
            descriptor = System.standardInput
        } else {
            descriptor = try System.open(reading: argument)
        }
        status = try System.status(descriptor)
        guard status.kind != .directory else { throw .isDirectory }
    }

    deinit {
        if descriptor != System.standardInput { try? System.close(descriptor) }
    }

    /// What messages call an input.
    static func name(of argument: String) -> String {
        argument == "-" ? "<stdin>" : argument
    }

    /// A file whose size is known.
    var isRegular: Bool { status.kind == .regular && decompressor == nil }

    /// The bytes of all inputs, where that is known; none of the others was looked at yet.
    static func totalByteCount(_ first: InputFile, others: ArraySlice<String>) -> Int? {
        guard first.isRegular else { return nil }
        var total = first.status.size
        for name in others {
            guard let status = try? System.status(name), status.kind == .regular else { return nil }
            total += status.size
        }
        return total
    }

    /// The bytes that are still to come, where that is known.
    var remainingByteCount: Int? { isRegular ? max(0, status.size - byteCount) : nil }

    /// Appends further bytes to a buffer; 0 at the end.
    func read(upTo count: Int, into buffer: inout ByteBuffer) throws(SystemError) -> Int {
        if ahead.count > 0 {
            let length = ahead.count
            ahead.withBytes { buffer.append($0) }
            ahead = ByteBuffer(capacity: 64)
            return length
        }
        guard !isAtEnd else { return 0 }
        if mayBeCompressed {
            try readAhead(upTo: count)
            return try read(upTo: count, into: &buffer)
        }
        let length = try System.read(descriptor, upTo: count, into: &buffer)
        try note(length)
        return length
    }

    private func readAhead(upTo count: Int) throws(SystemError) {
        var length = try System.read(descriptor, upTo: count, into: &ahead)
        if mayBeCompressed {
            // Only a file that begins like a compressed one has to show some bytes more.
            let longest = Compression.allCases.map(\.magic.count).max() ?? 0
            while length > 0, ahead.count < longest, Compression.mayBegin(ahead.view) {
                length = try System.read(descriptor, upTo: count, into: &ahead)
            }
            mayBeCompressed = false
            if let compression = Compression.of(beginning: ahead.view) {
                return try decompress(compression)
            }
            length = min(length, ahead.count)
        }
        try note(length)
    }

    private func note(_ length: Int) throws(SystemError) {
        byteCount += length
        guard length == 0 else { return }
        isAtEnd = true
        // A file that is cut short shows only now.
        try decompressor?.finish()
    }

    /// Has the system's program decompress the file, the bytes that were read ahead included.
    private func decompress(_ compression: Compression) throws(SystemError) {
        let output = try System.makePipe()
        defer { try? System.close(output.writing) }
        let arguments = compression.decompressing
        if status.kind == .regular, descriptor != System.standardInput {
            try System.rewind(descriptor)
            decompressor = try FilterProcess(
                arguments, input: descriptor, output: output.writing)
            try System.close(descriptor)
        } else {
            let input = try System.makePipe()
            defer { try? System.close(input.reading) }
            decompressor = try FilterProcess(
                arguments, input: input.reading, output: output.writing)
            try Self.feed(input.writing, ahead.bytes, from: descriptor)
        }
        ahead = ByteBuffer(capacity: 64)
        descriptor = output.reading
    }

    /// Hands a pipe on to the program, beginning with what was read of it already.
    private static func feed(
        _ target: Int32, _ beginning: [UInt8], from source: Int32
    ) throws(SystemError) {
        let thread = WorkerThread {
            var buffer = ByteBuffer(capacity: 64 << 10)
            unsafe buffer.append(beginning.span.bytes)
            // When the program ends early, the pipe is closed; when the pipe ends, so does this.
            while buffer.count > 0 {
                let isTaken: Void? = try? buffer.withBytes { (bytes) throws(SystemError) in
                    try System.write(bytes, to: target)
                }
                guard isTaken != nil else { break }
                buffer.removeAll()
                _ = try? System.read(source, upTo: 64 << 10, into: &buffer)
            }
            try? System.close(target)
        }
        guard thread != nil else { throw .noThread }
    }

    /// Whether reading would not have to wait.
    func isReadable(milliseconds: Int32 = 0) -> Bool {
        isRegular || ahead.count > 0
            || System.isReadable(descriptor, milliseconds: milliseconds)
    }

    // MARK: - Detection

    /// Finds out what the file is; what is read for that is handed out later.
    ///
    /// Where the first record is broken, the next ones tell.
    func beginning(provider: String?, lineByteLimit: Int) throws(SystemError) -> Beginning {
        while true {
            let outcome = ahead.withBytes {
                Detection.detect(beginning: $0, isWhole: isAtEnd, provider: provider)
            }
            switch outcome {
            case .found(let detection): return .found(detection)
            case .empty: return .empty
            case .needsMoreBytes:
                if ahead.count > lineByteLimit + 4 { return .unknown }
            case .unknown:
                if let detection = laterDetection(provider: provider) { return .found(detection) }
                if isAtEnd || ahead.count > Self.sampleByteLimit { return .unknown }
            }
            let count = max(64 << 10, min(ahead.count, 16 << 20))
            try readAhead(upTo: count)
        }
    }

    private func laterDetection(provider: String?) -> Detection? {
        var rest = ahead.view
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest.slice(0, end)
            rest = rest.slice(end + 1, rest.count)
            if let found = line.withSpan({ Detection.detect(line: $0, provider: provider) }) {
                return found
            }
        }
        guard isAtEnd, rest.count > 0 else { return nil }
        return rest.withSpan { Detection.detect(line: $0, provider: provider) }
    }

    /// Why the format could not be found out: what is wrong with the first record.
    func complaint(provider: String?) -> Message {
        var rest = ahead.view
        if rest.starts(with: "\u{FEFF}") { rest = rest.slice(3, rest.count) }
        var number = 0
        while rest.count > 0 {
            number += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let line = rest.slice(0, end ?? rest.count)
            if !line.isBlank { return complaint(line, number, isWhole: end != nil || isAtEnd) }
            rest = rest.slice(end.map { $0 + 1 } ?? rest.count, rest.count)
        }
        return Message(
            file: name, line: 1, column: 1, code: "empty_file",
            sentence: "the file holds no record")
    }

    private func complaint(_ line: ByteView, _ number: Int, isWhole: Bool) -> Message {
        guard isWhole else {
            return Message(
                file: name, line: number, column: 1, code: ErrorCode.lineTooLong.rawValue,
                sentence: "the line is over the limit")
        }
        var indexer = JSONIndexer()
        do throws(JSONError) {
            let view = try indexer.index(line)
            let offset = view.start(.root)
            guard view.kind(.root) == .object else {
                return Message(
                    file: name, line: number, column: offset + 1,
                    code: ErrorCode.notAnObject.rawValue,
                    sentence: LineDiagnosis.sentence(view.kind(.root), onLine: number),
                    excerpt: Excerpt(around: offset, of: line))
            }
            return Message(
                file: name, line: number, column: offset + 1,
                code: ErrorCode.unknownFormat.rawValue, sentence: Self.sentence(about: view),
                excerpt: Excerpt(around: offset, of: line))
        } catch {
            return Message(
                file: name, line: number, column: error.offset + 1,
                path: JSONPath.path(toByte: error.offset, in: line), code: error.code.rawValue,
                sentence: LineDiagnosis.sentence(error.fault, in: line),
                excerpt: Excerpt(around: error.offset, of: line))
        }
    }

    private static func sentence(about view: JSONView) -> String {
        if let detection = view.text.withSpan({ Detection.detect(line: $0) }) {
            return
                "this is \(detection.format), a \(detection.kind.rawValue); --from says otherwise"
        }
        let names = view.members(.root).map { view.decoded($0.name) }
        guard !names.isEmpty else { return "the record is empty" }
        let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", ..." : "")
        return "the record is of no known format (its members: \(shown))"
    }
}
