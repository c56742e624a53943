// SPDX-License-Identifier: Apache-2.0

// Where text goes: data to standard output, talk to standard error, in colour where it helps.

import JSONLCodec

/// The two streams of text.
struct Terminal {
    /// What part of a message is shown in which colour.
    enum Style: String {
        case error = "\u{1B}[1;31m"
        case warning = "\u{1B}[1;35m"
        case note = "\u{1B}[1;36m"
        case caret = "\u{1B}[1;32m"
        case bold = "\u{1B}[1m"
    }

    let isColored: Bool
    let isQuiet: Bool
    let isVerbose: Bool
    /// Somebody is watching standard error, and lines there can be taken back.
    let showsProgress: Bool

    /// Follows the flags, and the environment where they leave it open.
    init(_ arguments: ParsedArguments) {
        isQuiet = arguments.has(.quiet)
        isVerbose = arguments.has(.verbose)
        // Records that go to the same terminal would be torn apart.
        let printsRecords =
            [.convert, .join, .retry].contains(arguments.verb)
            && [nil, "-"].contains(arguments[.output])
            && System.isTerminal(System.standardOutput)
        showsProgress =
            !isQuiet && !arguments.has(.noProgress) && !printsRecords
            && System.isTerminal(System.standardError) && System.environment("TERM") != "dumb"
        switch arguments[.color] {
        case "always": isColored = true
        case "never": isColored = false
        default:
            isColored =
                !arguments.has(.noColor) && System.isTerminal(System.standardError)
                && (System.environment("NO_COLOR") ?? "").isEmpty
                && System.environment("TERM") != "dumb"
        }
    }

    /// Says something on standard error.
    func say(_ text: String) {
        System.writeError(text + "\n")
    }

    /// Says something that `--quiet` silences.
    func remark(_ text: String) {
        if !isQuiet { say(text) }
    }

    /// Text in colour, where there is colour.
    func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\(style.rawValue)\(text)\u{1B}[0m" : text
    }

    /// Prints data on standard output.
    static func print(_ text: String) throws(CommandFailure) {
        var buffer = ByteBuffer()
        buffer.append(utf8: text)
        do throws(SystemError) {
            try buffer.withBytes { (bytes) throws(SystemError) in
                try System.write(bytes, to: System.standardOutput)
            }
        } catch {
            throw .file("<stdout>", error)
        }
    }
}
