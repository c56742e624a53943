// SPDX-License-Identifier: Apache-2.0

// Schemas by themselves: lowered to Gemini's subset, raised to JSON Schema, however deep they are.

import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct SchemaTests {
    /// What a schema became: the text, what was said about it, and the losses as `code:path`.
    private struct Lowered {
        var text = ""
        var outcome = SchemaWriter.Outcome.written
        var losses: [String] = []
    }

    private func withSchema<Result>(
        _ json: String, _ body: (inout RecordContext) throws -> Result
    ) throws -> Result {
        var indexer = JSONIndexer()
        var text = ByteBuffer()
        text.append(utf8: json)
        var context = RecordContext(options: ConversionOptions())
        context.begin(try indexer.index(text.view), line: 1)
        return try body(&context)
    }

    private func lower(
        _ json: String, ordersProperties: Bool = false, isString: Bool = false
    ) throws -> Lowered {
        try withSchema(json) { context in
            let schema = Schema(isString ? .string(.root) : .value(.root), .jsonSchema, at: .root)
            var output = ByteBuffer()
            var result = Lowered()
            result.outcome = try SchemaWriter.writeOpenAPI(
                schema, ordersProperties: ordersProperties, to: &output, &context)
            result.text = output.view.text
            result.losses = paths(context)
            return result
        }
    }

    private func raise(_ json: String, asString: Bool = false) throws -> Lowered {
        try withSchema(json) { context in
            let schema = Schema(.value(.root), .openAPI, at: .root)
            var output = ByteBuffer()
            if asString {
                try SchemaWriter.writeJSONSchemaString(schema, to: &output, &context)
            } else {
                try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
            }
            return Lowered(text: output.view.text, losses: paths(context))
        }
    }

    private func paths(_ context: borrowing RecordContext) -> [String] {
        context.losses.map { loss in
            var path = ByteBuffer()
            if case .node(let node) = loss.place { path.append(pathTo: node, of: context.view) }
            return "\(loss.code.rawValue):\(path.view.text)"
        }
    }

    // MARK: - Lowering

    @Test(arguments: [
        (#"{"type":"string"}"#, #"{"type":"STRING"}"#),
        (#"{"type":["null","number"]}"#, #"{"type":"NUMBER","nullable":true}"#),
        (#"{"const":"x"}"#, #"{"enum":["x"]}"#),
        (
            #"{ "description" : "a b" , "type" : "array" , "items" : { } }"#,
            #"{"description":"a b","type":"ARRAY","items":{}}"#
        ),
        (
            #"{"anyOf":[{"type":"null"},{"type":"string","title":"in"}],"title":"out"}"#,
            #"{"nullable":true,"title":"out","type":"STRING"}"#
        ),
        (
            ##"{"$ref":"#/$defs/a~1b%20c","$defs":{"a/b c":{"type":"integer"}}}"##,
            #"{"type":"INTEGER"}"#
        ),
        (
            ##"{"properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"allOf":["##
                + ##"{"$ref":"#/definitions/B"}]},"B":{"type":"boolean"}}}"##,
            #"{"properties":{"a":{"type":"BOOLEAN"}}}"#
        ),
        (#"{"t\u0079pe":"string","minLength":1.0}"#, #"{"type":"STRING","minLength":1.0}"#),
    ])
    func lowersExactly(schema: String, expected: String) throws {
        let lowered = try lower(schema)
        #expect(lowered.text == expected)
        #expect(lowered.losses.isEmpty)
    }

    @Test func propertyNamesAreData() throws {
        let lowered = try lower(
            #"{"properties":{"$ref":{"type":"string"},"any_of":{},"type":{"type":"integer"}}}"#,
            ordersProperties: true)
        #expect(
            lowered.text
                == #"{"properties":{"$ref":{"type":"STRING"},"any_of":{},"type":{"type":"INTEGER"}},"#
                + #""propertyOrdering":["$ref","any_of","type"]}"#)
    }

    @Test func lossesStandAtTheirKeywords() throws {
        let lowered = try lower(
            #"{"type":"array","uniqueItems":true,"items":{"oneOf":[{"type":"string"},"#
                + #"{"type":"integer","multipleOf":2}],"examples":[]}}"#)
        #expect(
            lowered.losses == [
                "param.dropped:uniqueItems", "param.approximated:items.oneOf",
                "param.dropped:items.oneOf[1].multipleOf",
            ])
    }

    @Test func aLossBehindTwoReferencesCountsOnce() throws {
        let lowered = try lower(
            ##"{"properties":{"a":{"$ref":"#/$defs/A"},"b":{"$ref":"#/$defs/A"}},"##
                + ##""$defs":{"A":{"type":"string","uniqueItems":true}}}"##)
        #expect(lowered.losses == ["param.dropped:$defs.A.uniqueItems"])
    }

    @Test(arguments: [
        ##"{"properties":{"next":{"$ref":"#"}}}"##,
        ##"{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"$ref":"#/$defs/A"}}}"##,
        ##"{"$ref":"#/$defs/none"}"##, ##"{"$ref":"other.json"}"##, ##"{"$ref":5}"##,
        #"{"type":["string","integer"],"uniqueItems":true}"#, #"{"type":"null"}"#,
        #"{"anyOf":[{"type":"null"}]}"#, #"{"properties":{"a":true}}"#, #"{"items":false}"#,
        #"{"patternProperties":{"a":{}}}"#, #"{"type":"any"}"#, "true",
    ])
    func whatHasNoEquivalentIsRefused(schema: String) throws {
        let lowered = try lower(schema)
        #expect(lowered.outcome == .refused)
        #expect(lowered.text.isEmpty)
        #expect(lowered.losses == ["param.approximated:"])
    }

    @Test(arguments: ["{}", ##"{"$schema":"x","$defs":{}}"##])
    func whatSaysNothingIsOmitted(schema: String) throws {
        let lowered = try lower(schema)
        #expect(lowered.outcome == .omitted)
        #expect(lowered.text.isEmpty)
    }

    @Test func schemasInStringsReportAtTheString() throws {
        let lowered = try lower(
            #""{\"type\":\"string\",\"not\":{\"a\":1},\"x\":2}""#, isString: true)
        #expect(lowered.text == #"{"type":"STRING"}"#)
        #expect(lowered.losses == ["param.dropped:"])
        #expect(throws: RecordError.self) { try lower(#""{""#, isString: true) }
    }

    // MARK: - Bounds

    @Test func deepSchemasNeedNoStack() throws {
        let deep =
            String(repeating: #"{"items":"#, count: 1000) + "{}"
            + String(repeating: "}", count: 1000)
        #expect(try lower(deep).text == deep)
        #expect(try raise(deep).text == deep)
    }

    @Test func depthBeyondTheRecordsIsRefused() throws {
        let inner = String(repeating: #"{"items":"#, count: 900)
        let close = String(repeating: "}", count: 900)
        let schema =
            ##"{"$defs":{"A":\##(inner){"$ref":"#/$defs/B"}\##(close),"B":\##(inner){}\##(close)},"##
            + ##""$ref":"#/$defs/A"}"##
        #expect(try lower(schema).outcome == .refused)
    }

    @Test func referencesCannotMultiplyWithoutEnd() throws {
        var definitions = ##""D0":{"type":"string"}"##
        for level in 1...40 {
            let lower = "{\"$ref\":\"#/$defs/D\(level - 1)\"}"
            definitions += ",\"D\(level)\":{\"properties\":{\"a\":\(lower),\"b\":\(lower)}}"
        }
        let schema = "{\"$ref\":\"#/$defs/D40\",\"$defs\":{\(definitions)}}"
        #expect(try lower(schema).outcome == .refused)
        // The same with references that write nothing.
        definitions = ##""D0":{"x":1}"##
        for level in 1...40 {
            let lower = "{\"$ref\":\"#/$defs/D\(level - 1)\"}"
            definitions += ",\"D\(level)\":{\"anyOf\":[\(lower),\(lower)]}"
        }
        #expect(
            try lower("{\"$ref\":\"#/$defs/D40\",\"$defs\":{\(definitions)}}").outcome == .refused)
    }

    // MARK: - Raising

    @Test(arguments: [
        (
            #"{"type":"OBJECT","nullable":true,"properties":{}}"#,
            #"{"type":"object","properties":{}}"#
        ),
        (
            #"{"items":{"type":"STRING","nullable":true,"enum":["a"],"maxLength":"3"}}"#,
            #"{"items":{"type":["string","null"],"enum":["a"],"maxLength":3}}"#
        ),
        (
            #"{"items":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}],"nullable":true}}"#,
            #"{"items":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}}"#
        ),
        (
            #"{"type":"TYPE_UNSPECIFIED","title":null,"min_items":"1","property_ordering":["a"]}"#,
            #"{"minItems":1}"#
        ),
        (
            #"{"properties":{"min_items":{"type":"STRING"},"example":{}},"format":"enum"}"#,
            #"{"properties":{"min_items":{"type":"string"},"example":{}},"format":"enum"}"#
        ),
        (
            #"{"one_of":[{"type":"STRING"}],"allOf":[{"type":"ARRAY"}],"not":{"type":"NULL"}}"#,
            #"{"oneOf":[{"type":"string"}],"allOf":[{"type":"array"}],"not":{"type":"null"}}"#
        ),
        (
            #"{"prefixItems":[{"type":"STRING"},true],"patternProperties":{"a":{"type":"X"}}}"#,
            #"{"prefixItems":[{"type":"string"},true],"patternProperties":{"a":{"type":"X"}}}"#
        ),
        (
            ##"{"items":{"ref":"#/defs/A"},"defs":{"A":{"type":"OBJECT"}},"title":"t"}"##,
            ##"{"items":{"$ref":"#/$defs/A"},"$defs":{"A":{"type":"object"}},"title":"t"}"##
        ),
        (
            ##"{"items":{"$ref":"#\/defs\/A"},"$defs":{"ref":{"ref":"#"}},"ref":5}"##,
            ##"{"items":{"$ref":"#/$defs/A"},"$defs":{"ref":{"$ref":"#"}},"$ref":5}"##
        ),
        (
            #"{"properties":{"defs":{"type":"STRING","nullable":"true"},"ref":{"nullable":"x"}}}"#,
            #"{"properties":{"defs":{"type":["string","null"]},"ref":{}}}"#
        ),
        (
            #"{"items":{"oneOf":[{"type":"STRING","nullable":"false"}],"nullable":"true"}}"#,
            #"{"items":{"oneOf":[{"type":"string"},{"type":"null"}]}}"#
        ),
    ])
    func raisesExactly(schema: String, expected: String) throws {
        let raised = try raise(schema)
        #expect(raised.text == expected)
        #expect(raised.losses.isEmpty)
    }

    @Test func keywordsThatOnlyRaisingKnowsAreDropped() throws {
        let lowered = try lower(
            #"{"type":"array","prefixItems":[{"type":"string"}],"not":{"x":1},"ref":"a","defs":{}}"#
        )
        #expect(lowered.text == #"{"type":"ARRAY"}"#)
        #expect(
            lowered.losses == [
                "param.dropped:prefixItems", "param.dropped:not", "param.dropped:ref",
            ])
    }

    @Test func examplesAreReported() throws {
        let raised = try raise(#"{"items":{"example":1}}"#)
        #expect(raised.text == #"{"items":{}}"#)
        #expect(raised.losses == ["param.dropped:items.example"])
    }

    @Test func raisedStringsAreEscapedOnce() throws {
        let raised = try raise(#"{"type":"STRING","description":"\"q\" \u00e9"}"#, asString: true)
        #expect(
            raised.text
                == #""{\"type\":\"string\",\"description\":\"\\\"q\\\" \\u00e9\"}""#)
    }
}
