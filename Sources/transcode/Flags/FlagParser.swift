// SPDX-License-Identifier: Apache-2.0

// From what was typed to verb, flags and operands, by the rules of POSIX and GNU.

/// A command line that cannot be carried out.
struct UsageError: Error {
    /// One sentence without a full stop.
    let message: String

    init(_ message: String) { self.message = message }
}

/// A command line, taken apart.
struct ParsedArguments {
    var verb: Verb?
    private(set) var values: [FlagName: [String]] = [:]
    fileprivate(set) var operands: [String] = []
    /// Help was asked for in full.
    fileprivate(set) var wantsLongHelp = false

    func has(_ name: FlagName) -> Bool { values[name] != nil }

    /// The value of a flag; the last one counts.
    subscript(name: FlagName) -> String? { values[name]?.last }

    func all(_ name: FlagName) -> [String] { values[name] ?? [] }

    fileprivate mutating func add(_ flag: Flag, _ value: String) throws(UsageError) {
        guard flag.choices.isEmpty || flag.choices.contains(value) else {
            let phrase = Suggestion.phrase(for: value, among: flag.choices)
            throw UsageError(
                "--\(flag.name.rawValue) takes \(flag.choices.joined(separator: ", ")), not "
                    + "\"\(value)\"\(phrase)")
        }
        values[flag.name, default: []].append(value)
    }
}

/// Takes command lines apart.
///
/// Flags may stand anywhere, also before the verb; `--` ends them; `-` alone is an operand. Short
/// flags can be bundled, and the last of a bundle takes the rest as its value: `-j4`.
enum FlagParser {
    static func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
        var parsed = ParsedArguments()
        var rest = arguments[...]
        var words: [String] = []
        var used: [Flag] = []
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                break
            } else if argument.hasPrefix("--") {
                try parseLong(argument.dropFirst(2), &rest, &parsed, &used)
            } else if argument.hasPrefix("-"), argument != "-" {
                try parseShort(argument.dropFirst(), &rest, &parsed, &used)
            } else {
                words.append(argument)
            }
        }
        try takeVerb(&words, &parsed)
        parsed.operands = words
        if let verb = parsed.verb, let flag = used.first(where: { !$0.verbs.contains(verb) }) {
            throw UsageError("--\(flag.name.rawValue) does not belong to \(verb.rawValue)")
        }
        return parsed
    }

    private static func takeVerb(
        _ words: inout [String], _ parsed: inout ParsedArguments
    ) throws(UsageError) {
        guard let word = words.first else { return }
        guard let verb = Verb(rawValue: word) else {
            let phrase = Suggestion.phrase(for: word, among: Verb.allCases.map(\.rawValue))
            throw UsageError("unknown verb \"\(word)\"\(phrase)")
        }
        parsed.verb = verb
        words.removeFirst()
    }

    private static func parseLong(
        _ text: Substring, _ rest: inout ArraySlice<String>, _ parsed: inout ParsedArguments,
        _ used: inout [Flag]
    ) throws(UsageError) {
        let equals = text.firstIndex(of: "=")
        let name = String(text[..<(equals ?? text.endIndex)])
        guard let flag = FlagName(rawValue: name).flatMap(FlagTable.flag) else {
            let known = FlagName.allCases.map { "--\($0.rawValue)" }
            let phrase = Suggestion.phrase(for: "--\(name)", among: known, quoted: false)
            throw UsageError("unknown flag --\(name)\(phrase)")
        }
        used.append(flag)
        guard flag.value != nil else {
            guard equals == nil else { throw UsageError("--\(name) takes no value") }
            if flag.name == .help { parsed.wantsLongHelp = true }
            return try parsed.add(flag, "")
        }
        if let equals {
            return try parsed.add(flag, String(text[text.index(after: equals)...]))
        }
        try parsed.add(flag, try value(of: flag, from: &rest))
    }

    private static func parseShort(
        _ bundle: Substring, _ rest: inout ArraySlice<String>, _ parsed: inout ParsedArguments,
        _ used: inout [Flag]
    ) throws(UsageError) {
        var letters = bundle
        while let letter = letters.popFirst() {
            guard let flag = FlagTable.all.first(where: { $0.short == letter }) else {
                throw UsageError("unknown flag -\(letter)")
            }
            used.append(flag)
            guard flag.value != nil else {
                try parsed.add(flag, "")
                continue
            }
            let attached = String(letters)
            letters = ""
            try parsed.add(flag, attached.isEmpty ? try value(of: flag, from: &rest) : attached)
        }
    }

    private static func value(
        of flag: Flag, from rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let value = rest.popFirst() else {
            throw UsageError("--\(flag.name.rawValue) needs a value: \(flag.value ?? "")")
        }
        return value
    }
}
