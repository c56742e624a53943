// SPDX-License-Identifier: Apache-2.0

// The rules of tools: names, definitions that a history needs, and the choice among them.

import JSONLCodec

extension RequestRules {
    /// Fits tool definitions, their names in the history, and the choice.
    static func fitTools(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        if case .allowed(let names, let isRequired) = request.toolChoice {
            fitAllowed(names, isRequired: isRequired, target, &request, &context)
        }
        fitToolChoice(target, &request, &context)
        if target.needsToolDefinitions, request.tools.isEmpty, !request.calls.isEmpty {
            synthesizeTools(target, &request, &context)
        }
        renameTools(target.toolName, &request, &context)
        if !target.keepsStrictTools {
            for index in request.tools.indices {
                guard let strict = request.tools[index].strict else { continue }
                context.lose(.paramDropped, at: strict)
                request.tools[index].strict = nil
            }
        }
        if target.batchRefusesTools, !request.tools.isEmpty {
            context.lose(.batchToolsUnsupported, target: target.paths.tools)
        }
    }

    // MARK: - Choice

    /// Fits a choice of some tools by name (H14, I25).
    private static func fitAllowed(
        _ names: NodeID, isRequired: Bool, _ target: Capabilities, _ request: inout Request,
        _ context: inout RecordContext
    ) {
        let allowed = context.view.allowedToolNames(names)
        if allowed.isEmpty {
            request.toolChoice = isRequired ? .any : .auto
            return
        }
        let isAllowed = { [view = context.view] (tool: Tool) in
            allowed.contains { view.isSameString($0, tool.nameNode) }
        }
        guard request.tools.isEmpty || request.tools.contains(where: isAllowed) else {
            // None of the names is a tool's: the choice says nothing.
            if let node = request.toolChoiceNode { context.lose(.paramDropped, at: node) }
            request.toolChoice = .unspecified
            request.toolChoiceNode = nil
            return
        }
        if isRequired, allowed.count == 1, request.sourceFamily == .generateContent {
            request.toolChoice = .tool(allowed[0])
            return
        }
        guard target.toolChoice == .converse || target.toolChoice == .messages else { return }
        request.tools.removeAll { !isAllowed($0) }
        request.toolChoice = isRequired ? .any : .auto
    }

    private static func fitToolChoice(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        guard let node = request.toolChoiceNode else { return }
        if request.tools.isEmpty {
            switch request.toolChoice {
            case .unspecified, .auto, .none: break
            case .any, .validated, .tool, .allowed: context.lose(.paramDropped, at: node)
            }
            request.toolChoice = .unspecified
            return
        }
        switch request.toolChoice {
        case .none where target.toolChoice == .converse:
            // Converse has no such choice: without a history the tools are left out.
            context.lose(.paramApproximated, at: node)
            request.toolChoice = .unspecified
            if request.calls.isEmpty { request.tools.removeAll(keepingCapacity: true) }
        case .validated where target.toolChoice != .generateContent:
            context.lose(.paramApproximated, at: node)
            request.toolChoice = .auto
        default:
            break
        }
    }

    // MARK: - Definitions

    /// Defines the tools that the history calls, where the target demands definitions (H10).
    private static func synthesizeTools(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        for link in request.calls {
            let isKnown = request.tools.contains { context.isSame($0.name, link.name) }
            guard !isKnown, case .toolCall(let call) = request.parts[link.part] else { continue }
            var tool = Tool(name: call.name, nameNode: call.nameNode, at: call.node)
            tool.isSynthesized = true
            request.tools.append(tool)
        }
        context.lose(.paramDefaulted, target: target.paths.tools)
    }

    // MARK: - Names

    /// Spells tool names in the target's letters, with one map for the whole record (H10, I3).
    static func renameTools(
        _ rule: NameRule, _ request: inout Request, _ context: inout RecordContext
    ) {
        let isFine =
            request.tools.allSatisfy { context.accepts(name: $0.name, by: rule) }
            && request.calls.allSatisfy { context.accepts(name: $0.name, by: rule) }
        guard !isFine else { return }
        var map = ToolNameMap(rule: rule)
        for tool in request.tools { map.reserve(context.decoded(tool.name)) }
        for call in request.calls { map.reserve(context.decoded(call.name)) }
        for index in request.tools.indices {
            let tool = request.tools[index]
            let name = rename(tool.name, at: tool.nameNode, &map, &request, &context)
            request.tools[index].name = name
        }
        for index in request.parts.indices {
            switch request.parts[index] {
            case .toolCall(var call):
                call.name = rename(call.name, at: call.nameNode, &map, &request, &context)
                request.parts[index] = .toolCall(call)
            case .toolResult(var result):
                let name = result.name ?? request.calls[result.link].name
                result.name = rename(name, at: result.node, &map, &request, &context)
                request.parts[index] = .toolResult(result)
            default:
                break
            }
        }
    }

    private static func rename(
        _ name: Text, at node: NodeID, _ map: inout ToolNameMap, _ request: inout Request,
        _ context: inout RecordContext
    ) -> Text {
        let source = context.decoded(name)
        guard let (spelling, isNew) = map.spelling(of: source) else { return name }
        let text = context.makeText(spelling)
        if isNew {
            request.renamings.append(ToolRenaming(source: source, target: text))
            context.lose(.contentRenamed, at: node)
        }
        return text
    }
}

/// The names of the tools of one record that had to be spelled anew.
private struct ToolNameMap {
    private let rule: NameRule
    private var taken: Set<String> = []
    private var spellings: [String: String] = [:]

    init(rule: NameRule) {
        self.rule = rule
    }

    /// Keeps a legal name for itself.
    mutating func reserve(_ name: String) {
        if rule.accepts(name) { taken.insert(name) }
    }

    /// The new spelling of a name and whether it was made now; nil for legal names.
    mutating func spelling(of name: String) -> (String, isNew: Bool)? {
        guard !rule.accepts(name) else { return nil }
        if let known = spellings[name] { return (known, false) }
        let base = rule.spell(name)
        var spelling = base
        var number = 2
        while taken.contains(spelling) {
            let suffix = "_\(number)"
            spelling = String(base.prefix(rule.limit - suffix.count)) + suffix
            number += 1
        }
        taken.insert(spelling)
        spellings[name] = spelling
        return (spelling, true)
    }
}

/// A tool whose name had to be spelled anew.
struct ToolRenaming {
    let source: String
    let target: Text
}

extension NameRule {
    /// Whether a name, as the inside of a JSON string, may stay as it is.
    func accepts(_ name: ByteView) -> Bool {
        guard name.count <= limit, name.consistsOfLetters(and: extra) else { return false }
        return !startsWithLetter || name[0].isLetter || name[0] == UInt8(ascii: "_")
    }

    func accepts(_ name: String) -> Bool {
        var bytes = ByteBuffer(capacity: 64)
        bytes.append(utf8: name)
        return accepts(bytes.view)
    }

    /// A name with `_` in place of every other character, cut to the limit.
    func spell(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let byte = scalar.isASCII ? UInt8(truncatingIfNeeded: scalar.value) : 0
            let isLegal = byte.isLetterOrDigit || extra.contains(byte)
            if result.isEmpty, startsWithLetter, isLegal, !byte.isLetter, scalar != "_" {
                result = "_"
            }
            result.unicodeScalars.append(isLegal ? scalar : "_")
        }
        return result.isEmpty ? "_" : String(result.prefix(limit))
    }
}

extension UInt8 {
    /// An ASCII letter.
    fileprivate var isLetter: Bool {
        (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z")
    }
}

extension JSONView {
    /// The strings that name tools in a list of names, or of objects that name a function.
    func allowedToolNames(_ list: NodeID) -> [NodeID] {
        var names: [NodeID] = []
        for element in elements(list) {
            if kind(element) == .string { names.append(element) }
            var object = element
            for (key, value) in members(element) where string(key, is: "function") {
                object = value
            }
            for (key, value) in members(object)
            where string(key, is: "name") && kind(value) == .string {
                names.append(value)
            }
        }
        return names
    }
}

extension Request {
    /// Writes the name of a tool as the target knows it.
    func write(
        toolName node: NodeID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if !renamings.isEmpty {
            let name = context.view.decoded(node)
            if let renaming = renamings.first(where: { $0.source == name }) {
                return context.write(renaming.target, to: &output)
            }
        }
        context.write(node, to: &output)
    }
}
