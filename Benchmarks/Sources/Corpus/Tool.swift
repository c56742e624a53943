// SPDX-License-Identifier: Apache-2.0

// Tools: their definitions, and arguments that fit them.

/// The definition of a tool.
struct Tool {
    /// One parameter.
    struct Field {
        var name: String
        var description = 0..<0
        var type: FieldType
    }

    enum FieldType {
        case place
        /// One of the first so many choices of the vocabulary.
        case choice(of: Int)
        case whole(ClosedRange<Int>)
        /// Objects of the first so many measures of the vocabulary.
        case list(of: Int)
    }

    var name: TextRange
    var description = 0..<0
    var fields: [Field]

    /// Makes a tool up, but for its descriptions.
    init(number: Int, _ maker: inout TextMaker, _ random: inout SplitMix64) {
        name = maker.text {
            $0.append(random.pick(Vocabulary.verbs))
            $0.append("_")
            $0.append(random.pick(Vocabulary.nouns))
            $0.append("_")
            $0.number(number, digits: 1)
        }
        fields = [Field(name: "place", type: .place)]
        let start = random.number(0...7)
        for offset in 0..<random.number(2...5) {
            // Neighbours in the list differ, so no name stands twice.
            let names = Vocabulary.parameters
            fields.append(
                Field(name: names[(start + offset) % names.count], type: .random(&random)))
        }
    }

    /// Makes the descriptions up, which only a request shows.
    mutating func describe(_ maker: inout TextMaker, _ random: inout SplitMix64) {
        description = maker.text {
            $0.words(random.number(12...24), isSentence: true, &random)
            $0.append(random.happens(percent: 30) ? " (\"now\").\n" : ".")
        }
        for index in fields.indices {
            fields[index].description = maker.text {
                $0.words(random.number(4...12), isSentence: true, &random)
                if random.happens(percent: 25) { $0.append(", e.g. \"Tromsø\"") }
            }
        }
    }

    /// The schema of the parameters.
    ///
    /// - Parameter isUpperCase: Types are spelled in upper case, as Gemini wants them.
    /// - Returns: The schema, an object.
    func schema(isUpperCase: Bool) -> JSONValue {
        .object([
            .init("type", .string(isUpperCase ? "OBJECT" : "object")),
            .init("properties", .object(fields.map { $0.schema(isUpperCase) })),
            .init("required", .array([.string(fields[0].name), .string(fields[1].name)])),
        ])
    }

    /// Arguments that fit the schema.
    func arguments(_ maker: inout TextMaker, _ random: inout SplitMix64) -> JSONValue {
        var members: [JSONValue.Member] = []
        for (index, field) in fields.enumerated() where index < 2 || random.happens(percent: 50) {
            members.append(.init(field.name, field.type.argument(&maker, &random)))
        }
        return .object(members)
    }
}

extension Tool.Field {
    fileprivate func schema(_ isUpperCase: Bool) -> JSONValue.Member {
        var members = type.schema(isUpperCase)
        members.insert(.init("description", .text(description)), at: 1)
        return .init(name, .object(members))
    }
}

extension Tool.FieldType {
    fileprivate static func random(_ random: inout SplitMix64) -> Tool.FieldType {
        switch random.number(0...3) {
        case 0: .choice(of: random.number(2...6))
        case 1: .list(of: random.number(2...4))
        default: .whole(1...random.number(10...500))
        }
    }

    fileprivate func schema(_ isUpperCase: Bool) -> [JSONValue.Member] {
        func type(_ name: String) -> JSONValue.Member {
            .init("type", .string(isUpperCase ? name.uppercased() : name))
        }
        switch self {
        case .place:
            return [type("string")]
        case .choice(let count):
            let values = Vocabulary.choices.prefix(count).map { JSONValue.string($0) }
            return [type("string"), .init("enum", .array(values))]
        case .whole(let range):
            return [
                type("integer"), .init("minimum", .whole(range.lowerBound)),
                .init("maximum", .whole(range.upperBound)),
            ]
        case .list(let count):
            let names = Vocabulary.measures.prefix(count)
            let properties = names.map { JSONValue.Member($0, .object([type("number")])) }
            let item: [JSONValue.Member] = [
                type("object"), .init("properties", .object(properties)),
                .init("required", .array([.string(names[0])])),
            ]
            return [type("array"), .init("items", .object(item))]
        }
    }

    fileprivate func argument(
        _ maker: inout TextMaker, _ random: inout SplitMix64
    ) -> JSONValue {
        switch self {
        case .place:
            return .text(maker.text { $0.append(random.pick(Vocabulary.places)) })
        case .choice(let count):
            return .string(Vocabulary.choices[random.number(0...(count - 1))])
        case .whole(let range):
            return .whole(random.number(range))
        case .list(let count):
            var items: [JSONValue] = []
            for _ in 0..<random.number(0...3) {
                let members = Vocabulary.measures.prefix(count).map {
                    JSONValue.Member($0, .hundredths(random.number(1...99_999)))
                }
                items.append(.object(members))
            }
            return .array(items)
        }
    }
}
