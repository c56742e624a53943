// SPDX-License-Identifier: Apache-2.0

// Reads the settings of chat completion bodies: sampling, limits, the form of the answer.

import JSONLCodec

/// The single-valued members of a chat body.
enum ChatSettings {
    /// Takes one setting; neutral values are left out (ruling H13).
    static func read(
        _ name: ChatTerms.BodyMember, _ value: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch name {
        case .temperature:
            request.settings[.temperature] = try number(value, context)
        case .topP:
            request.settings[.topP] = try number(value, context)
        case .presencePenalty:
            request.settings[.presencePenalty] = try unlessZero(value, context)
        case .frequencyPenalty:
            request.settings[.frequencyPenalty] = try unlessZero(value, context)
        case .maxCompletionTokens:
            request.settings[.maxOutputTokens] = try wholeNumber(value, context)
        case .topK:
            guard context.options.service.hasTopK else { return context.drop(value) }
            request.settings[.topK] = try wholeNumber(value, context)
        case .seed, .randomSeed:
            let seed = try wholeNumber(value, context)
            guard request.settings[.seed] == nil else { return context.drop(value) }
            request.settings[.seed] = seed
        case .n:
            let count = try wholeNumber(value, context)
            if context.view.integer(count) != 1 { request.settings[.choiceCount] = count }
        case .logitBias:
            try context.requireObject(value)
            if !context.isNeutral(value) { request.settings[.logitBias] = value }
        case .parallelToolCalls:
            if try !context.bool(value) { request.settings[.parallelToolCalls] = value }
        case .user:
            try context.requireString(value)
            request.settings[.user] = value
        case .verbosity:
            try context.requireString(value)
            request.settings[.verbosity] = value
        case .stop:
            try readStops(value, into: &request, context)
        case .stream:
            if try context.bool(value) { context.lose(.paramDropped, at: value) }
        case .modalities:
            try checkModalities(value, context)
        case .audio:
            guard context.isNeutral(value) else { throw .modality(value) }
        case .metadata:
            try context.requireObject(value)
            try context.view.requireDistinctKeys(value)
            for (key, text) in context.view.members(value) where context.view.kind(text) != .null {
                request.metadata.append(MetadataPair(key: key, value: text))
            }
        case .reasoningEffort:
            try readEffort(value, into: &request, &context)
        case .serviceTier:
            try context.requireString(value)
            if !context.string(value, is: "auto"), !context.string(value, is: "default") {
                // A batch is a tier of its own.
                context.lose(.paramDropped, at: value)
            }
        default:
            context.drop(value)
        }
    }

    // MARK: - Numbers

    /// A number, as a JSON number.
    static func number(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> NodeID {
        guard context.view.kind(node) == .number else {
            throw .wrongType(node, "a number is expected here")
        }
        return node
    }

    /// A whole number, also one spelled `100.0`.
    static func wholeNumber(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> NodeID {
        let isWhole =
            context.view.kind(node) == .number
            && (context.view.isCount(node) || context.view.number(node)?.integer != nil)
        guard isWhole else {
            throw .wrongType(node, "a whole number is expected here")
        }
        return node
    }

    private static func unlessZero(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> NodeID? {
        let node = try number(node, context)
        return context.view.number(node)?.significand == 0 ? nil : node
    }

    // MARK: - Other values

    /// One stop sequence or several; empty ones would stop nothing.
    private static func readStops(
        _ node: NodeID, into request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        request.stopNode = node
        if context.view.kind(node) == .string {
            if try !context.text(node).isEmpty { request.stops.append(node) }
            return
        }
        guard context.view.kind(node) == .array else {
            throw .wrongType(node, "a string or an array of strings is expected here")
        }
        for element in context.view.elements(node) where try !context.text(element).isEmpty {
            request.stops.append(element)
        }
    }

    private static func checkModalities(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(node)
        for element in context.view.elements(node) {
            try context.requireString(element)
            guard context.string(element, is: "text") else { throw .modality(node) }
        }
    }

    private static func readEffort(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireString(node)
        guard let effort = ReasoningSettings.Effort(node, context.view) else {
            return context.lose(.paramDropped, at: node)
        }
        request.reasoning.effort = effort
        request.reasoning.effortNode = node
    }

    // MARK: - The form of the answer

    /// Reads `response_format`.
    static func readFormat(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var type: NodeID?
        var payload: NodeID?
        var members = try MemberReader(node, ChatTerms.format, context.view)
        while let member = try members.next() {
            switch member.name {
            case .type: type = member.value
            case .jsonSchema: payload = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let type else {
            if context.isNeutral(node) { return }
            throw .missing("type", in: node)
        }
        try context.requireString(type)
        if context.string(type, is: "json_schema") {
            guard let payload else { throw .missing("json_schema", in: node) }
            return try readSchema(payload, at: node, into: &request, &context)
        }
        if let payload { context.drop(payload) }
        readFormat(type, at: node, into: &request, &context)
    }

    /// Takes a form of the answer that has no schema, by its type.
    static func readFormat(
        _ type: NodeID, at node: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) {
        if context.string(type, is: "json_object") {
            request.responseFormat = .json(node)
        } else if !context.string(type, is: "text") {
            // Grammars and other forms that only some servers know.
            context.lose(.paramDropped, at: node)
        }
    }

    /// Reads the schema of the answer from the object that holds it.
    static func readSchema(
        _ payload: NodeID, at node: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var name: NodeID?
        var description: NodeID?
        var schema: NodeID?
        var strict: NodeID?
        var members = try MemberReader(payload, ChatTerms.schema, context.view)
        while let member = try members.next() {
            switch member.name {
            case .name: name = member.value
            case .description: description = member.value
            case .schema: schema = member.value
            case .strict: strict = member.value
            // In the flat spelling, this is the format's.
            case .type: if payload != node { context.drop(member.value) }
            case nil: context.drop(member.value)
            }
        }
        if let name { try context.requireString(name) }
        if let description { try context.requireString(description) }
        let isStrict = try strict.map { node throws(RecordError) in try context.bool(node) }
        guard let schema else {
            // The schema is optional in a chat's types; what is left is any JSON.
            request.responseFormat = .json(
                node,
                labels: SchemaLabels(
                    name: name, description: description, strict: isStrict == true ? strict : nil))
            return
        }
        try context.requireObject(schema)
        var format = ResponseSchema(Schema(.value(schema), .jsonSchema, at: schema), at: node)
        format.name = name
        format.description = description
        format.strict = strict
        request.responseFormat = .schema(format)
    }
}

extension ReasoningSettings.Effort {
    /// The effort with a name, or nil for names that nobody knows.
    fileprivate init?(_ node: NodeID, _ view: JSONView) {
        var rawValue: UInt8 = 0
        while let effort = Self(rawValue: rawValue) {
            if view.string(node, is: effort.name) {
                self = effort
                return
            }
            rawValue += 1
        }
        return nil
    }
}

extension RecordError {
    /// The answer is to be something else than text.
    fileprivate static func modality(_ node: NodeID) -> RecordError {
        RecordError(.unsupportedModality, at: node, "only text can be asked for")
    }
}
