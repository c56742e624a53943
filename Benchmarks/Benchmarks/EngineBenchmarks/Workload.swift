// SPDX-License-Identifier: Apache-2.0

// A whole conversion in memory: what the command line does between reading and writing.

import Benchmark
import Corpus
import JSONLCodec
import Transcoder

/// Converts a sample again and again.
final class Workload {
    /// Why a conversion cannot be measured.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let sample: Sample
    private let target: Format
    private var engine: Engine?

    /// What is kept from pass to pass, as from block to block of a long file.
    private struct Engine: ~Copyable {
        let conversion: Conversion
        var converter: BlockConverter
    }

    init(_ plan: CorpusPlan, to target: Format) {
        sample = Sample(plan)
        self.target = target
    }

    /// Registers the conversion as a benchmark.
    static func register(_ name: String, _ plan: CorpusPlan, to target: Format) {
        let workload = Workload(plan, to: target)
        Benchmark(name) { benchmark in
            try workload.pass(benchmark)
        }
    }

    private func pass(_ benchmark: Benchmark) throws {
        var engine = try self.engine.take() ?? start()
        // A new file each time: the ids of the last pass must not be taken.
        var sequencer = RecordSequencer(engine.conversion)
        var outputCount = 0
        let blocks = sample.blocks
        benchmark.measure(byteCount: sample.bytes.count) {
            let bytes = sample.bytes.span.bytes
            for block in blocks {
                engine.converter.convert(
                    bytes.extracting(block.range),
                    BlockPosition(
                        file: 0, firstLine: block.firstLine, isFileStart: block.firstLine == 1))
                sequencer.commit(&engine.converter)
                outputCount += engine.converter.withOutput { $0.byteCount }
            }
        }
        let rejectedCount = sequencer.report.recordsRejected
        self.engine = consume engine
        guard rejectedCount == 0, outputCount > 0 else {
            throw Failure(description: "\(rejectedCount) records were rejected")
        }
    }

    private func start() throws -> Engine {
        guard let target = FormatID(target.rawValue) else {
            throw Failure(description: "no format is called \(target.rawValue)")
        }
        var configuration = Configuration(target: target)
        configuration.source = FormatID(sample.plan.format.rawValue)
        configuration.kind = sample.plan.kind == .request ? .request : .result
        configuration.options.model = "gpt-4o-mini"
        let conversion = try Conversion(configuration)
        return Engine(conversion: conversion, converter: BlockConverter(conversion))
    }
}
