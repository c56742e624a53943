// SPDX-License-Identifier: Apache-2.0

// Filling the output: copying, escaping, unescaping.

import Benchmark
import Corpus
import JSONLCodec

/// Registers what there is to measure of the output buffer.
func registerTextBenchmarks() {
    registerCopies()
    for profile in [Profile.short, .long, .tools, .image] {
        let sample = Sample(CorpusPlan(profile, .request, .openai))
        registerEscaping(profile, sample)
        registerUnescaping(profile, sample)
    }
}

/// Texts of one length, one after the other: a name, a sentence, a page, a picture.
private func registerCopies() {
    for length in [8, 64, 2_000, 1_000_000] {
        let sample = Sample(CorpusPlan(.long, .request, .openai))
        var buffer = ByteBuffer()
        Benchmark("copy/\(length)") { benchmark in
            let bytes = sample.bytes.span.bytes
            let end = bytes.byteCount / length * length
            benchmark.measure(byteCount: end) {
                buffer.removeAll()
                for start in stride(from: 0, to: end, by: length) {
                    buffer.append(bytes.extracting(start..<start + length))
                }
            }
            blackHole(buffer.count)
        }
    }
}

/// JSON that becomes the inside of a string, as the arguments of tools do on the way to OpenAI.
private func registerEscaping(_ profile: Profile, _ sample: Sample) {
    var buffer = ByteBuffer()
    Benchmark("escape/\(profile.rawValue)") { benchmark in
        let bytes = sample.bytes.span.bytes
        benchmark.measure(byteCount: bytes.byteCount) {
            buffer.removeAll()
            buffer.append(escaping: bytes)
        }
        blackHole(buffer.count)
    }
}

/// The way back; the public function looks at every escape first, the engine has done so before.
private func registerUnescaping(_ profile: Profile, _ sample: Sample) {
    var escaped = ByteBuffer()
    var buffer = ByteBuffer()
    Benchmark("unescape/\(profile.rawValue)") { benchmark in
        if escaped.count == 0 { escaped.append(escaping: sample.bytes.span.bytes) }
        escaped.withBytes { bytes in
            benchmark.measure(byteCount: bytes.byteCount) {
                buffer.removeAll()
                try? buffer.append(unescaping: bytes)
            }
        }
        if buffer.count != sample.bytes.count { benchmark.error("the text did not come back") }
    }
}
