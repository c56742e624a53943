// SPDX-License-Identifier: Apache-2.0

// One error as people and editors read it: file, line, column, sentence, code, excerpt.

import JSONLCodec
import Transcoder

/// An error in an input file.
struct Message {
    let file: String
    let line: Int
    let column: Int
    let path: String
    let code: String
    /// One sentence without a full stop.
    let sentence: String
    let recordID: String?
    /// Where an id was used first.
    let firstUse: (file: String, line: Int, column: Int)?
    let excerpt: Excerpt?

    init(
        file: String, line: Int, column: Int, path: String = "$", code: String, sentence: String,
        recordID: String? = nil, firstUse: (file: String, line: Int, column: Int)? = nil,
        excerpt: Excerpt? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.code = code
        self.sentence = sentence
        self.recordID = recordID
        self.firstUse = firstUse
        self.excerpt = excerpt
    }

    /// What the engine found.
    ///
    /// - Parameters:
    ///   - diagnostic: The error.
    ///   - files: The names of the files by index.
    ///   - place: Where it really is, where the engine was told other places.
    init(
        _ diagnostic: Diagnostic, files: [String],
        place: (SourcePlace) -> SourcePlace = { $0 }
    ) {
        func name(_ place: SourcePlace) -> String {
            files.indices.contains(place.file) ? files[place.file] : ""
        }
        let found = place(diagnostic.place)
        let firstUse = diagnostic.firstUse.map(place)
        self.init(
            file: name(found), line: found.line, column: found.column, path: diagnostic.path,
            code: diagnostic.code, sentence: diagnostic.message, recordID: diagnostic.recordID,
            firstUse: firstUse.map { (name($0), $0.line, $0.column) },
            excerpt: Excerpt(diagnostic.excerpt))
    }

    /// The place as the first words of a line, which editors can follow.
    var place: String { "\(file):\(line):\(column)" }

    /// The lines that are printed.
    func lines(_ terminal: Terminal) -> [String] {
        var lines = [
            "\(terminal.styled("\(place):", .bold)) \(terminal.styled("error:", .error)) "
                + "\(sentence.printable) [\(code)]"
        ]
        if path != "$" { lines.append("  at \(path.printable)") }
        if let excerpt { lines += excerpt.lines(number: line, terminal: terminal) }
        if let firstUse {
            let place = "\(firstUse.file):\(firstUse.line):\(firstUse.column):"
            let note = terminal.styled("note:", .note)
            lines.append("\(terminal.styled(place, .bold)) \(note) first used here")
        }
        return lines
    }

    /// One line without an excerpt, for the file of reasons.
    var reason: String {
        let at = path == "$" ? "" : " at \(path)"
        let id = recordID.map { ", record \($0)" } ?? ""
        return "\(place): \(sentence) [\(code)]\(at)\(id)".printable
    }
}

/// Prints the first errors of a run, and how many more there are.
struct MessagePrinter {
    let terminal: Terminal
    /// The most errors to print; 0: all.
    let limit: Int

    /// Prints errors; `total` counts also those that are not described.
    func print(_ messages: [Message], total: Int) {
        let shown = limit == 0 ? messages[...] : messages.prefix(limit)
        for message in shown {
            for line in message.lines(terminal) { terminal.say(line) }
        }
        guard total > shown.count else { return }
        let rest = Numbers.count(total - shown.count, "more error")
        terminal.remark("... and \(rest) (--max-errors 0 prints all)")
    }
}

extension Terminal {
    /// Shows an error that ends a command before anything was done.
    func refuse(_ message: Message) -> CommandFailure {
        MessagePrinter(terminal: self, limit: 1).print([message], total: 1)
        MessageHints.print(for: [message], self)
        return CommandFailure(status: .input, message: nil)
    }
}

/// What can be done about errors, where it is the same thing each time.
enum MessageHints {
    static func print(for messages: [Message], _ terminal: Terminal) {
        let missing = ErrorCode.missingField.rawValue
        if messages.contains(where: { $0.code == missing && $0.path.hasSuffix(".model") }) {
            terminal.remark("help: --model NAME names the model for all records")
        }
        if messages.contains(where: { $0.code == ErrorCode.unknownFormat.rawValue }) {
            terminal.remark("help: transcode formats lists the formats")
        }
        if messages.contains(where: { $0.code == ErrorCode.lineTooLong.rawValue }) {
            terminal.remark("help: --max-line-bytes raises the limit")
        }
    }
}
