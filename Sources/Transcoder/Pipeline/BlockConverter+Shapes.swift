// SPDX-License-Identifier: Apache-2.0

// Replays records of known shapes, and learns the shapes of others.

import JSONLCodec

extension BlockConverter {
    /// Converts the first line of a text by what was learned from others like it.
    ///
    /// - Returns: The length of the line with its line feed, or nil where it has to be converted.
    mutating func replayRecord(_ text: ByteView, number: Int) -> Int? {
        guard shapes.isActive, let match = shapes.match(text),
            match.lineCount <= conversion.configuration.limits.lineByteLimit
        else { return nil }
        let outputStart = output.count
        guard let writtenID = shapes.write(match, of: text, to: &output) else { return nil }
        output.append(UInt8(ascii: "\n"))
        isLastLineCopied = false
        replayedCount += 1
        log.recordCount += 1
        log.writtenCount += 1
        let effects = shapes.effects[match.shape]
        log.embeddings.add(inputs: effects.inputCount)
        for index in effects.losses {
            let loss = shapes.losses[index]
            log.losses.append(
                LossEvent(
                    code: loss.code, path: log.keep { $0.append(made: shapes.text(loss.path)) },
                    line: number, column: shapes.table.offset(of: loss.column) + 1))
        }
        let modelNumber = effects.model.map { log.count(model: shapes.text($0)) + 1 } ?? 0
        guard let id = effects.id else { return match.lineCount }
        if conversion.configuration.keepsRejects {
            lines.append(made: text.slice(0, match.lineCount))
        }
        let sourceBytes = shapes.table.slot(id.slot, of: text)
        let sourceID = log.keep { $0.append(unescaping: sourceBytes) }
        log.entries.append(
            RecordEntry(
                outputStart: outputStart, outputEnd: output.count,
                writtenIDStart: writtenID.lowerBound,
                writtenIDEnd: writtenID.upperBound,
                sourceID: sourceID, idHash: log.view(sourceID).hash,
                idPath: log.keep(path: shapes.text(id.path)), line: number,
                column: shapes.table.offset(of: id.column) + 1, lossEnd: log.losses.count,
                isIDRewritten: false, lineEnd: lines.count, recordCount: log.recordCount,
                blankCount: log.blankCount, writtenCount: log.writtenCount,
                passedCount: log.passedCount, inputCount: effects.inputCount,
                modelNumber: modelNumber,
                sharedEcho: 0))
        return match.lineCount
    }

    /// Starts to watch what the conversion of a line looks at and copies.
    mutating func beginLesson(_ line: ByteView, endsWithLineFeed: Bool) {
        guard learnsShapes else { return }
        shapes.noteMiss()
        context.isLearning = endsWithLineFeed && shapes.isLearning
        if context.isLearning {
            output.beginTrace(of: line)
            lessonStart = LessonStart(output: output.mark, lossCount: log.losses.count)
        }
    }

    /// Learns from a line that was converted.
    mutating func endLesson() {
        guard context.isLearning else { return }
        defer { output.endTrace() }
        // Ids that were made up stand nowhere in the line, and those that were spelled anew may
        // have to be once more.
        guard !context.isUnique,
            !context.losses.contains(where: { $0.code == .idRewritten })
        else { return }
        let view = context.view
        let lesson = ShapeMemory.Lesson(
            line: view.lineWithLineFeed, start: lessonStart.output,
            losses: lessonStart.lossCount..<log.losses.count,
            model: modelNode.map { view.interior($0) },
            entry: conversion.idRule == .any ? nil : log.entries[log.entries.count - 1],
            inputCount: inputCount)
        shapes.learn(lesson, context, output, log)
    }
}
