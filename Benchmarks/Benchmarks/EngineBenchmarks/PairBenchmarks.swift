// SPDX-License-Identifier: Apache-2.0

// Whole conversions: every ordered pair of the three large formats, for every profile.

import Benchmark
import Corpus

/// Registers the conversions of all profiles, for requests and results.
func registerPairBenchmarks() {
    let formats: [Format] = [.bedrock, .openai, .gemini]
    for kind in Kind.allCases {
        for profile in Profile.allCases {
            for source in formats {
                for target in formats where target != source {
                    let pair = "\(source.rawValue)-\(target.rawValue)"
                    Workload.register(
                        "convert/\(kind.rawValue)/\(profile.rawValue)/\(pair)",
                        CorpusPlan(profile, kind, source), to: target)
                }
            }
        }
    }
}
