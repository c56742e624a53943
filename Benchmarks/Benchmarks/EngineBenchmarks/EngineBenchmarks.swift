// SPDX-License-Identifier: Apache-2.0

// The list of all measurements. Names are paths, so that `--filter` picks groups of them.

import Benchmark

let benchmarks: @Sendable () -> Void = {
    // Short runs, because there are many: a run repeats its work some ten to thousand times.
    Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.wallClock, .megabytesPerSecond], warmupIterations: 1,
        maxDuration: .milliseconds(300), maxIterations: 10_000)
    registerCodecBenchmarks()
    registerTextBenchmarks()
    registerFormatBenchmarks()
    registerPairBenchmarks()
}
