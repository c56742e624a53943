// SPDX-License-Identifier: Apache-2.0

// From the command line to the verb that carries it out, and from its end to the exit status.

/// The program as a whole.
enum Command {
    /// The version of the program.
    static let version = "0.1.0"

    /// Does what the arguments say; returns the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        do throws(CommandFailure) {
            return try dispatch(arguments).rawValue
        } catch {
            if error.isClosedPipe { Signals.dieOfClosedPipe() }
            if let message = error.message { complain(message) }
            return error.status.rawValue
        }
    }

    private static func complain(_ message: String) {
        Terminal(ParsedArguments()).say("transcode: \(message)".printable)
    }

    private static func dispatch(_ words: [String]) throws(CommandFailure) -> ExitStatus {
        let arguments: ParsedArguments
        do throws(UsageError) {
            arguments = try FlagParser.parse(words)
        } catch {
            throw .usage(error.message)
        }
        if arguments.has(.help) { return try showHelp(arguments) }
        if arguments.has(.version) { return try showVersion() }
        let terminal = Terminal(arguments)
        switch arguments.verb {
        case .convert, .check, .detect, .split, .join, .retry, .stats:
            if needsHelp(arguments) { return showUsage(arguments.verb, terminal) }
            return try read(arguments, terminal)
        case .formats: return try Formats(arguments).run()
        case .explain: return try Explain(arguments).run()
        case .completions: return try showCompletions(arguments)
        case .man: return try showManPage()
        case .help: return try showHelp(arguments)
        case .version: return try showVersion()
        case nil: return showUsage(nil, terminal)
        }
    }

    private static func read(
        _ arguments: ParsedArguments, _ terminal: Terminal
    ) throws(CommandFailure) -> ExitStatus {
        Signals.prepare()
        return switch arguments.verb {
        case .check: try Check(arguments, terminal).run()
        case .detect: try Detect(arguments, terminal).run()
        case .split: try Split(arguments, terminal).run()
        case .join: try Join(arguments, terminal).run()
        case .retry: try Retry(arguments, terminal).run()
        case .stats: try Stats(arguments, terminal).run()
        default: try Convert(arguments, terminal).run()
        }
    }

    // MARK: - Help

    /// Somebody at a terminal gave no file: to wait for his typing would help nobody.
    private static func needsHelp(_ arguments: ParsedArguments) -> Bool {
        arguments.operands.isEmpty && System.isTerminal(System.standardInput)
    }

    private static func showUsage(_ verb: Verb?, _ terminal: Terminal) -> ExitStatus {
        var page = verb.map(HelpPage.short) ?? HelpPage.short
        page.removeLast()
        terminal.say(page)
        return .usage
    }

    private static func showHelp(_ arguments: ParsedArguments) throws(CommandFailure) -> ExitStatus
    {
        var verb = arguments.verb
        if verb == .help {
            guard let word = arguments.operands.first else {
                try Terminal.print(arguments.wantsLongHelp ? HelpPage.long : HelpPage.short)
                return .success
            }
            guard let other = Verb(rawValue: word) else {
                let phrase = Suggestion.phrase(for: word, among: Verb.allCases.map(\.rawValue))
                throw .usage("unknown verb \"\(word)\"\(phrase)")
            }
            verb = other
            try Terminal.print(HelpPage.long(other))
            return .success
        }
        switch (verb, arguments.wantsLongHelp) {
        case (let verb?, true): try Terminal.print(HelpPage.long(verb))
        case (let verb?, false): try Terminal.print(HelpPage.short(verb))
        case (nil, true): try Terminal.print(HelpPage.long)
        case (nil, false): try Terminal.print(HelpPage.short)
        }
        return .success
    }

    private static func showCompletions(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> ExitStatus {
        let shells = Completions.Shell.allCases.map(\.rawValue)
        let known = shells.joined(separator: ", ")
        guard let word = arguments.operands.first, arguments.operands.count == 1 else {
            throw .usage("completions needs one shell: \(known)")
        }
        guard let shell = Completions.Shell(rawValue: word) else {
            let phrase = Suggestion.phrase(for: word, among: shells)
            throw .usage("no completions for \"\(word)\"\(phrase) (there are \(known))")
        }
        try Terminal.print(Completions.script(for: shell))
        return .success
    }

    private static func showManPage() throws(CommandFailure) -> ExitStatus {
        try Terminal.print(ManPage.text)
        return .success
    }

    private static func showVersion() throws(CommandFailure) -> ExitStatus {
        try Terminal.print("transcode \(version)\n")
        return .success
    }
}
