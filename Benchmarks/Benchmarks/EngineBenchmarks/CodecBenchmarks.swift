// SPDX-License-Identifier: Apache-2.0

// The codec alone: lines, and JSON.

import Benchmark
import Corpus
import JSONLCodec

/// Registers what there is to measure of lines and JSON.
func registerCodecBenchmarks() {
    for profile in Profile.allCases where profile != .shuffled {
        let sample = Sample(CorpusPlan(profile, .request, .openai))
        Benchmark("lines/\(profile.rawValue)") { benchmark in
            // The splitter is no public type. Under a limit that every line is over, the reader
            // hands its lines out without a look at their JSON, and what is left is the splitter.
            read(sample, with: Limits(lineByteLimit: 1), .tooLong, benchmark)
        }
    }
    for profile in Profile.allCases {
        let sample = Sample(CorpusPlan(profile, .request, .openai))
        Benchmark("validate/\(profile.rawValue)") { benchmark in
            read(sample, with: Limits(), nil, benchmark)
        }
    }
}

/// Feeds a sample to a reader and makes sure that it finds what it should.
private func read(
    _ sample: Sample, with limits: Limits, _ fault: JSONError.Fault?, _ benchmark: Benchmark
) {
    let expectedCount = sample.lineCount
    var reader = JSONLReader(limits: limits)
    var count = 0
    benchmark.measure(byteCount: sample.bytes.count) {
        reader.feed(sample.bytes.span.bytes) { _, line in
            if line.fault?.fault == fault { count += 1 }
        }
    }
    if count != expectedCount {
        benchmark.error("\(count) of \(expectedCount) lines were read as expected")
    }
}
