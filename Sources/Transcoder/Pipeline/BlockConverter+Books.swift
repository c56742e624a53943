// SPDX-License-Identifier: Apache-2.0

// Keeping the books: what is noted of a record that was written, and of one that was not.

import JSONLCodec

extension BlockConverter {
    /// Notes what an accepted record has lost, and its id where other blocks must know of it.
    mutating func accept(
        _ line: ByteView, _ number: Int, from outputStart: Int, isPassedThrough: Bool
    ) {
        log.writtenCount += 1
        if isPassedThrough { log.passedCount += 1 }
        for index in context.losses.indices { note(context.losses[index], number) }
        var modelNumber = 0
        if !isPassedThrough {
            log.embeddings.add(inputs: inputCount)
            if let node = modelNode {
                modelNumber = log.count(model: context.view.interior(node)) + 1
            }
        }
        let hasColumns = conversion.hasColumns && context.holdsCopiedJSON
        guard conversion.idRule != .any || hasColumns || context.sharedEcho != nil,
            !isPassedThrough,
            let source = context.sourceID
                ?? (conversion.kind == .request ? request.id.text : response.id.text)
        else { return }
        if conversion.configuration.keepsRejects {
            lines.append(made: line)
            lines.append(UInt8(ascii: "\n"))
        }
        let node = hasColumns ? request.body : idNode
        let view = context.view
        let sourceBytes = context.copyableBytes(source)
        let sourceID = log.keep { $0.append(unescaping: sourceBytes) }
        let path = log.keep { texts in
            texts.append("$.")
            if let node { texts.append(pathTo: node, of: view) }
        }
        log.entries.append(
            RecordEntry(
                outputStart: outputStart, outputEnd: output.count,
                writtenIDStart: context.writtenID.lowerBound,
                writtenIDEnd: context.writtenID.upperBound, sourceID: sourceID,
                idHash: log.view(sourceID).hash, idPath: path, line: number,
                column: (node.map { view.start($0) } ?? 0) + 1,
                lossEnd: log.losses.count,
                isIDRewritten: context.losses.contains { $0.code == .idRewritten },
                lineEnd: lines.count, recordCount: log.recordCount,
                blankCount: log.blankCount, writtenCount: log.writtenCount,
                passedCount: log.passedCount, inputCount: inputCount, modelNumber: modelNumber,
                sharedEcho: context.sharedEcho ?? 0))
    }

    var stopsAtError: Bool { conversion.configuration.onError == .stop }

    var idNode: NodeID? {
        conversion.kind == .request ? request.id.node : response.id.node
    }

    var modelNode: NodeID? {
        conversion.kind == .request ? request.model : nil
    }

    private mutating func note(_ loss: Loss, _ number: Int) {
        let view = context.view
        var column = 1
        let path = log.keep { texts in
            texts.append("$")
            switch loss.place {
            case .node(let node):
                column = view.start(node) + 1
                let start = texts.count
                texts.append(".")
                texts.append(pathTo: node, of: view)
                if texts.count == start + 1 { texts.truncate(to: start) }
            case .member(let object, let name):
                column = view.start(object) + 1
                if object != .root {
                    texts.append(".")
                    texts.append(pathTo: object, of: view)
                }
                texts.append(".")
                texts.append(name)
            case .path(let path):
                if path.utf8CodeUnitCount == 0 { return }
                texts.append(".")
                texts.append(path)
            }
        }
        log.losses.append(LossEvent(code: loss.code, path: path, line: number, column: column))
    }

    /// Leaves a record out, and describes why.
    mutating func reject(
        _ line: ByteView, _ number: Int, _ error: RecordError, view: JSONView?
    ) {
        log.errorCount += 1
        if conversion.configuration.keepsRejects {
            rejects.append(made: line)
            rejects.append(UInt8(ascii: "\n"))
            log.rejectedLines.append((line: number, end: rejects.count))
        }
        guard log.errors.count < conversion.configuration.errorLimit else { return }
        let recordID = view.flatMap { RecordName.find(in: $0) }
        let describer = ErrorDescriber(
            line: line, view: view, provider: conversion.source.name, kind: conversion.kind,
            recordID: recordID)
        log.errors.append(
            describer.describe(error, at: SourcePlace(file: file, line: number, column: 1)))
    }
}
