// SPDX-License-Identifier: Apache-2.0

// How a file is checked: by the conversion that is asked about, or by one that only reads.

import Transcoder

/// The conversion that checks a file.
///
/// A file that is checked against its own format would only be passed through, which looks at no
/// member. So it is converted to another provider in memory, and of the errors those count that
/// the records have by themselves, whatever they are converted to.
struct CheckPlan {
    let conversion: Conversion
    /// The format that the file is checked against.
    let target: FormatID
    let isOwnFormat: Bool
    /// The user names the model, so that those of the records do not matter.
    let hasModel: Bool

    init(_ settings: Settings, _ detection: Detection?) throws(CommandFailure) {
        guard let source = settings.source ?? detection?.format else {
            throw .usage("check needs --from FROM here")
        }
        let wanted = settings.target
        hasModel = settings.options.model != nil
        let dialect = source.dialect ?? detection?.format.dialect
        isOwnFormat =
            wanted == nil
            || (wanted?.provider == source.provider
                && (wanted?.dialect == nil || wanted?.dialect == dialect))
        var configuration = settings.configuration(target: wanted ?? source)
        if isOwnFormat {
            guard let other = Self.reader(of: source) else {
                throw .usage("there is no other format to read \(source) with")
            }
            configuration.target = other
            configuration.options.onLoss = .drop
        }
        configuration.onError = .skip
        configuration.errorLimit = 100_000
        // So that the engine can show the lines of ids that stand twice.
        configuration.keepsRejects = true
        do throws(ConfigurationError) {
            conversion = try Conversion(configuration, detected: detection)
        } catch {
            throw .usage(error.description)
        }
        target = isOwnFormat ? wanted ?? conversion.sourceID : conversion.targetID
    }

    /// A format that demands next to nothing of what is written in it.
    private static func reader(of source: FormatID) -> FormatID? {
        FormatID(source.provider == "bedrock" ? "gemini" : "bedrock")
    }

    /// The codes of faults that a record has by itself.
    private static let ownFaults: Set<String> = Set(
        [
            ErrorCode.jsonSyntax, .jsonTooDeep, .jsonLoneSurrogate, .jsonDuplicateKey, .notAnObject,
            .lineTooLong, .mixedFormats, .unknownFormat, .missingField, .wrongType,
            .toolResultOrphan,
        ].map(\.rawValue))

    /// Whether an error counts.
    func counts(_ diagnostic: Diagnostic) -> Bool {
        !isOwnFormat || Self.ownFaults.contains(diagnostic.code)
    }

    /// The provider refuses a file that uses an id twice.
    var refusesDuplicates: Bool { ["openai", "anthropic"].contains(target.provider) }

    /// The provider wants one model and one endpoint a file.
    var wantsOneModel: Bool { target.provider == "openai" && conversion.kind == .request }
}
