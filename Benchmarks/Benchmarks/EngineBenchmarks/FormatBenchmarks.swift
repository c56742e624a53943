// SPDX-License-Identifier: Apache-2.0

// Each format's reader and writer, as near as the public interface comes to them.

import Benchmark
import Corpus

/// Registers every reader and every writer, for requests and results.
///
/// Neither can be called alone. A reader is measured by converting its format to the target that is
/// cheapest to write, and a writer by converting the source that is cheapest to read to it. Either
/// is Bedrock: its bodies keep schemas and arguments as they are, and it takes any id. Bedrock's
/// own reader and writer have Anthropic on the other side, whose bodies are the most like its own.
/// So the figures hold the other side and the check of the JSON too; they are for comparing one
/// version of the code with another.
func registerFormatBenchmarks() {
    for kind in Kind.allCases {
        for format in Format.allCases {
            let other: Format = format == .bedrock ? .anthropic : .bedrock
            // Tools reach the most of a format: definitions, calls, results and texts.
            Workload.register(
                "read/\(kind.rawValue)/\(format.rawValue)", CorpusPlan(.tools, kind, format),
                to: other)
            Workload.register(
                "write/\(kind.rawValue)/\(format.rawValue)", CorpusPlan(.tools, kind, other),
                to: format)
        }
    }
}
