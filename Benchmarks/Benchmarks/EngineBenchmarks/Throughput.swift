// SPDX-License-Identifier: Apache-2.0

// Bytes per second, which the harness does not know.

import Benchmark

extension BenchmarkMetric {
    /// Bytes of the input per second, in units of 1,000,000.
    static var megabytesPerSecond: BenchmarkMetric {
        .custom("MB/s", polarity: .prefersLarger, useScalingFactor: false)
    }
}

extension Benchmark {
    /// Measures one pass over that many bytes.
    func measure(byteCount: Int, _ pass: () -> Void) {
        startMeasurement()
        let duration = ContinuousClock().measure(pass)
        stopMeasurement()
        let microseconds = max(duration / .microseconds(1), 0.001)
        measurement(.megabytesPerSecond, Int((Double(byteCount) / microseconds).rounded()))
    }
}
