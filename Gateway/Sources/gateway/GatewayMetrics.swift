// SPDX-License-Identifier: Apache-2.0

// Counters for Prometheus: how many requests, by what became of them.

import Synchronization

/// Counts requests and tells of them in the text format of Prometheus.
final class GatewayMetrics: Sendable {
    private struct Key: Hashable {
        let service: String
        let method: String
        let status: Int
    }

    private struct Counts {
        var requests: [Key: Int] = [:]
        var seconds: [String: Double] = [:]
    }

    private let counts = Mutex(Counts())

    /// Counts a request.
    func note(service: String, method: String, status: Int, seconds: Double) {
        // Only methods that are known: a client must not be able to make up time series.
        let known = ["GET", "HEAD", "PUT", "POST", "DELETE"].contains(method) ? method : "OTHER"
        counts.withLock { counts in
            counts.requests[Key(service: service, method: known, status: status), default: 0] += 1
            counts.seconds[service, default: 0] += seconds
        }
    }

    /// The metrics as text.
    ///
    /// - Parameter gauges: Further values of this moment, by name.
    /// - Returns: The lines.
    func text(gauges: [(name: String, help: String, value: Double)]) -> String {
        var lines = [
            "# HELP gateway_requests_total Requests answered.",
            "# TYPE gateway_requests_total counter",
        ]
        let counts = counts.withLock { $0 }
        for (key, count) in counts.requests.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let labels =
                "service=\"\(key.service)\",method=\"\(key.method)\",status=\"\(key.status)\""
            lines.append("gateway_requests_total{\(labels)} \(count)")
        }
        lines.append("# HELP gateway_request_seconds_total Seconds until the head of the answer.")
        lines.append("# TYPE gateway_request_seconds_total counter")
        for (service, seconds) in counts.seconds.sorted(by: { $0.key < $1.key }) {
            lines.append("gateway_request_seconds_total{service=\"\(service)\"} \(seconds)")
        }
        for gauge in gauges {
            lines.append("# HELP \(gauge.name) \(gauge.help)")
            lines.append("# TYPE \(gauge.name) gauge")
            lines.append("\(gauge.name) \(gauge.value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
