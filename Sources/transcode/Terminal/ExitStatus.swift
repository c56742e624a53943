// SPDX-License-Identifier: Apache-2.0

// What the process tells whoever started it.

/// The exit statuses; the numbers are part of the interface.
enum ExitStatus: Int32 {
    /// Everything done, and no record was rejected.
    case success = 0
    /// Done, but records were rejected, failed or missing, or the batch is over a limit.
    case news = 1
    /// The command line is wrong; nothing was read.
    case usage = 2
    /// A file cannot be read or written.
    case files = 3
    /// The input is not recognised, or a bad record stopped the conversion.
    case input = 4

    /// The status of two things done: what is worse, by the order 0, 1, 4, 3, 2.
    func combined(with other: ExitStatus) -> ExitStatus {
        let order: [ExitStatus] = [.success, .news, .input, .files, .usage]
        let rank = order.firstIndex(of: self) ?? 0
        let otherRank = order.firstIndex(of: other) ?? 0
        return rank >= otherRank ? self : other
    }
}

/// Something that ends a command: its status, and what to say.
struct CommandFailure: Error {
    let status: ExitStatus
    /// A sentence without a full stop, or nil where everything was said already.
    let message: String?
    var isClosedPipe = false

    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(status: .usage, message: message)
    }

    /// A file that cannot be read or written.
    static func file(_ name: String, _ error: SystemError) -> CommandFailure {
        CommandFailure(
            status: .files, message: "\(name): \(error.message)", isClosedPipe: error.isClosedPipe)
    }

    static func file(_ name: String, _ sentence: String) -> CommandFailure {
        CommandFailure(status: .files, message: "\(name): \(sentence)")
    }
}
