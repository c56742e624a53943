// SPDX-License-Identifier: Apache-2.0

// make-corpus: batch files for measurements, the same ones on every machine.

import Corpus

let words = Array(CommandLine.arguments.dropFirst())
if words.contains("-h") || words.contains("--help") {
    do throws(Output.Failure) {
        try Output.write(Array(Arguments.usage.utf8))
        Output.exit(0)
    } catch { Output.exit(3) }
}

do throws(Arguments.Failure) {
    let arguments = try Arguments(words)
    Output.exit(makeCorpus(arguments))
} catch {
    Output.complain("make-corpus: \(error.message)\n\n\(Arguments.usage)")
    Output.exit(2)
}

/// Writes the corpus; returns the exit status.
func makeCorpus(_ arguments: Arguments) -> Int32 {
    var generator = CorpusGenerator(arguments.plan)
    var lines: [UInt8] = []
    var writtenCount = 0
    while writtenCount + lines.count < arguments.byteCount {
        generator.appendLine(to: &lines)
        guard lines.count >= 1 << 20 || writtenCount + lines.count >= arguments.byteCount else {
            continue
        }
        do throws(Output.Failure) {
            try Output.write(lines)
        } catch {
            Output.complain("make-corpus: cannot write: \(error.message)\n")
            return 3
        }
        writtenCount += lines.count
        lines.removeAll(keepingCapacity: true)
    }
    return 0
}
