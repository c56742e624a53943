// SPDX-License-Identifier: Apache-2.0

// Reads the answers of the Responses API: items of output, how it ended, what it cost.

import JSONLCodec

/// The body of a Responses result.
enum ResponsesOutput {
    /// The members that say how an answer ended.
    private struct Outcome {
        var status: NodeID?
        var incomplete: NodeID?
        var error: NodeID?
    }

    /// Fills in a response from a body.
    ///
    /// The request, which every answer repeats, and what tells of the run are left out silently.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var outcome = Outcome()
        var output: NodeID?
        var members = try MemberReader(body, ResponsesTerms.response, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .id: response.responseID = try context.text(value)
            case .createdAt: response.created = .seconds(value)
            case .model: response.model = try context.text(value)
            case .status: outcome.status = value
            case .incompleteDetails: outcome.incomplete = value
            case .error: outcome.error = context.isNeutral(value) ? nil : value
            case .output: output = value
            case .usage: try OpenAIUsage.read(responses: value, into: &response.usage, context)
            case nil: context.drop(value)
            default: break
            }
        }
        if let failure = try failure(outcome, context) {
            response.failure = failure
            // A failure has no place for what was answered before it.
            if let output, !context.isNeutral(output) { context.drop(output) }
            return
        }
        guard let output else { throw .missing("output", in: body) }
        try context.requireArray(output)
        response.beginChoice(at: body)
        try readFinish(outcome, into: &response.choices[0], context)
        for element in context.view.elements(output) {
            try readItem(ResponsesItem(element, &context), into: &response, &context)
        }
    }

    // MARK: - The end

    private static func failure(
        _ outcome: Outcome, _ context: borrowing RecordContext
    ) throws(RecordError) -> Failure? {
        var status: ResponsesTerms.Status?
        if let node = outcome.status {
            try context.requireString(node)
            status = ResponsesTerms.status.name(of: node, context.view)
        }
        if status == .cancelled {
            guard let error = outcome.error else {
                return Failure(status: ErrorMap.canceledStatus, message: nil)
            }
            return try OpenAIFailure.read(error, status: ErrorMap.canceledStatus, context)
        }
        guard status == .failed || outcome.error != nil else { return nil }
        return try OpenAIFailure.read(outcome.error, status: nil, context)
    }

    private static func readFinish(
        _ outcome: Outcome, into choice: inout Choice, _ context: borrowing RecordContext
    ) throws(RecordError) {
        choice.finishName = "status"
        choice.finishNode = outcome.status
        guard let status = outcome.status else { return }
        switch ResponsesTerms.status.name(of: status, context.view) {
        case .completed: choice.finish = .endTurn
        case .incomplete:
            guard let details = outcome.incomplete else { return }
            var members = try MemberReader(details, ResponsesTerms.incomplete, context.view)
            while let member = try members.next() {
                guard member.name == .reason else { continue }
                choice.finishNode = member.value
                try context.requireString(member.value)
                if context.string(member.value, is: "max_output_tokens") {
                    choice.finish = .maxTokens
                } else if context.string(member.value, is: "content_filter") {
                    choice.finish = .contentFiltered
                }
            }
        case .failed, .cancelled, nil: break
        }
    }

    // MARK: - Items

    private static func readItem(
        _ item: ResponsesItem, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        switch item.kind {
        case .functionCall:
            response.append(.toolCall(try item.call(context)))
        case .reasoning:
            for thought in try item.thoughts(&context) { response.append(.reasoning(thought)) }
        case .functionCallOutput:
            throw RecordError(
                .unsupportedBlock, at: item.node, "an answer holds no results of tools")
        default:
            guard let content = item.content else { throw .missing("content", in: item.node) }
            try readContent(content, into: &response, &context)
        }
    }

    private static func readContent(
        _ content: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(content)
        for element in context.view.elements(content) {
            let part = try ResponsesPart(element, &context)
            let hubPart = try part.hubPart(&context)
            guard case .text(var text) = hubPart else {
                response.append(hubPart)
                continue
            }
            if !text.text.isEmpty {
                text.citations = part.annotations
                response.append(.text(text))
            } else if let annotations = part.annotations {
                // An empty text is no part of an answer, and nothing in it can be cited.
                context.drop(annotations)
            }
            if let logprobs = part.logprobs { add(logprobs, to: &response.choices[0]) }
        }
    }

    private static func add(_ list: NodeID, to choice: inout Choice) {
        if case .responses(let lists) = choice.logprobs {
            choice.logprobs = .responses(lists + [list])
        } else {
            choice.logprobs = .responses([list])
        }
    }
}
