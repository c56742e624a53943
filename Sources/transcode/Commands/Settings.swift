// SPDX-License-Identifier: Apache-2.0

// From what was typed to what it means: the values of flags, checked.

import JSONLCodec
import Transcoder

/// The flags of a command that reads records.
struct Settings {
    let source: FormatID?
    let target: FormatID?
    let kind: RecordKind?
    let options: ConversionOptions
    let limits: Limits
    let jobs: Int
    /// Inputs that begin like compressed files are decompressed.
    let decompresses: Bool
    let onError: Configuration.ErrorPolicy
    /// The most errors that are printed; 0: all.
    let errorLimit: Int

    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        source = try Self.format(arguments[.from], allowReadOnly: true)
        target = try Self.format(arguments[.to], allowReadOnly: false)
        kind = arguments[.kind].flatMap(RecordKind.init(rawValue:))
        var options = ConversionOptions()
        if let model = arguments[.model] {
            guard !model.isEmpty else { throw .usage("--model needs a name") }
            options.model = model
        }
        options.created = try Self.count(arguments, .created, 0...Int(Int32.max) * 1000)
        options.geminiID = Self.choice(arguments, .geminiID) ?? options.geminiID
        options.openAIService = Self.choice(arguments, .openAIService)
        options.openAIMaxTokens = Self.choice(arguments, .openAIMaxTokens)
        options.openAIReasoning =
            Self.choice(arguments, .openAIReasoning) ?? options.openAIReasoning
        options.geminiSchema = Self.choice(arguments, .geminiSchema) ?? options.geminiSchema
        // What is said in so many words counts more than what --strict stands for.
        let strictLoss: ConversionOptions.LossPolicy = arguments.has(.strict) ? .fail : .warn
        options.onLoss = Self.choice(arguments, .onLoss) ?? strictLoss
        self.options = options
        onError = Self.choice(arguments, .onError) ?? .stop
        errorLimit = try Self.count(arguments, .maxErrors, 0...Int.max) ?? 20
        limits = Limits(lineByteLimit: try Self.lineByteLimit(arguments[.maxLineBytes]))
        jobs = try Self.jobs(arguments)
        decompresses = arguments[.compressed] != "none"
    }

    /// The format of a name.
    static func format(
        _ name: String?, allowReadOnly: Bool
    ) throws(CommandFailure) -> FormatID? {
        guard let name else { return nil }
        let known = FormatID.allNames
        guard let format = FormatID(name) else {
            let phrase = Suggestion.phrase(for: name, among: known)
            throw .usage("unknown format \"\(name)\"\(phrase) (transcode formats lists them all)")
        }
        guard allowReadOnly || known.contains(format.description) else {
            throw .usage("\(name) can be read but not written")
        }
        return format
    }

    private static func choice<Choice: RawRepresentable>(
        _ arguments: ParsedArguments, _ name: FlagName
    ) -> Choice? where Choice.RawValue == String {
        // The parser has refused all other words.
        arguments[name].flatMap(Choice.init(rawValue:))
    }

    private static func count(
        _ arguments: ParsedArguments, _ name: FlagName, _ range: ClosedRange<Int>
    ) throws(CommandFailure) -> Int? {
        guard let text = arguments[name] else { return nil }
        guard let number = whole(text), range.contains(number) else {
            throw .usage("--\(name.rawValue) takes a whole number, not \"\(text)\"")
        }
        return number
    }

    private static func whole(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func lineByteLimit(_ text: String?) throws(CommandFailure) -> Int {
        guard let text else { return Limits().lineByteLimit }
        guard let size = ByteSize.parse(text), size > 0 else {
            throw .usage("--max-line-bytes takes a size such as 64MiB, not \"\(text)\"")
        }
        guard Limits(lineByteLimit: size).lineByteLimit == size else {
            throw .usage("--max-line-bytes must be below 4GiB")
        }
        return size
    }

    private static var jobLimit: Int { 256 }

    private static func jobs(_ arguments: ParsedArguments) throws(CommandFailure) -> Int {
        let variable = System.environment("TRANSCODE_JOBS").flatMap { $0.isEmpty ? nil : $0 }
        guard let text = arguments[.jobs] ?? variable else {
            return min(System.onlineProcessorCount, 8)
        }
        guard let number = whole(text), (1...jobLimit).contains(number) else {
            let name = arguments.has(.jobs) ? "--jobs" : "TRANSCODE_JOBS"
            throw .usage("\(name) takes a number from 1 to \(jobLimit), not \"\(text)\"")
        }
        return number
    }

    /// The configuration for the engine.
    func configuration(target: FormatID) -> Configuration {
        var configuration = Configuration(target: target)
        configuration.kind = kind
        configuration.source = source
        configuration.options = options
        configuration.limits = limits
        configuration.onError = onError
        return configuration
    }

    /// What an input is: what its first record shows, checked against the flags.
    ///
    /// Nil where the flags say everything and the record shows nothing.
    func detect(_ file: InputFile) throws(CommandFailure) -> Detected {
        let provider = source?.provider
        let beginning: InputFile.Beginning
        do throws(SystemError) {
            beginning = try file.beginning(
                provider: provider, lineByteLimit: limits.lineByteLimit)
        } catch {
            throw .file(file.name, error)
        }
        switch beginning {
        case .found(let detection): return .found(detection)
        case .empty: return .empty
        case .unknown:
            if source != nil, kind != nil { return .asTold }
            return .unknown(file.complaint(provider: provider))
        }
    }

    /// What came of looking at an input.
    enum Detected {
        case found(Detection)
        case empty
        case unknown(Message)
        /// Nothing can be told from the records, but the flags say what they are.
        case asTold
    }
}
