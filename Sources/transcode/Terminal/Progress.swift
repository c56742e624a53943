// SPDX-License-Identifier: Apache-2.0

// How far a run has come, on one line of a terminal that is gone when the run is over.

import Transcoder

/// The line that tells how far a run has come.
///
/// It appears after half a second, changes five times a second, and only ever on a terminal.
final class Progress {
    private let totalByteCount: Int?
    private let start = System.seconds
    private var nextUpdate: Double
    private var isShown = false

    private static var delay: Double { 0.5 }
    private static var interval: Double { 0.2 }
    /// Back to the first column, and nothing behind it.
    private static var erasing: String { "\r\u{1B}[K" }

    /// Prepares the line; nil where nobody would see it.
    ///
    /// - Parameters:
    ///   - terminal: Says whether there is one, and whether it is to be quiet.
    ///   - totalByteCount: The bytes to come, where they are known.
    init?(_ terminal: Terminal, totalByteCount: Int?) {
        guard terminal.showsProgress else { return nil }
        self.totalByteCount = totalByteCount
        nextUpdate = start + Self.delay
    }

    /// Shows what was done so far, if it is time for that.
    func update(_ report: () -> Report) {
        let now = System.seconds
        guard now >= nextUpdate else { return }
        nextUpdate = now + Self.interval
        isShown = true
        Signals.eraseWhenInterrupted(true)
        let line = Self.line(report(), seconds: now - start, totalByteCount: totalByteCount)
        System.writeError(Self.erasing + line)
    }

    /// Takes the line away, so that messages stand where they belong.
    func erase() {
        guard isShown else { return }
        isShown = false
        Signals.eraseWhenInterrupted(false)
        System.writeError(Self.erasing)
    }

    /// The line: ` 41%  1.2/2.9 GB  980 MB/s  1.1M records  3 rejected  eta 2s`.
    static func line(_ report: Report, seconds: Double, totalByteCount: Int?) -> String {
        var pieces: [String] = []
        let read = report.bytesRead
        if let total = totalByteCount, total > 0 {
            let percent = min(100, Int(Double(read) / Double(total) * 100))
            pieces.append("\(percent < 10 ? "  " : percent < 100 ? " " : "")\(percent)%")
            pieces.append("\(Numbers.bytes(read)) of \(Numbers.bytes(total))")
        } else {
            pieces.append(Numbers.bytes(read))
        }
        let rate = Double(read) / max(seconds, 0.001)
        pieces.append("\(Numbers.bytes(Int(rate)))/s")
        pieces.append(Numbers.count(report.recordsRead, "record"))
        if report.recordsRejected > 0 {
            pieces.append("\(Numbers.grouped(report.recordsRejected)) rejected")
        }
        if let total = totalByteCount, total > read, rate > 0 {
            pieces.append("eta \(duration(Double(total - read) / rate))")
        }
        return pieces.joined(separator: "  ")
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e9).rounded(.up))
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m \(whole % 60)s" }
        return "\(whole / 3600)h \(whole % 3600 / 60)m"
    }
}
