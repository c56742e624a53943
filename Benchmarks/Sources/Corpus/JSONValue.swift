// SPDX-License-Identifier: Apache-2.0

// The values that a record is put together from before it is spelled.

/// A run of bytes in the text of a conversation.
typealias TextRange = Range<Int>

/// A JSON value; its longer texts stay where they were made.
enum JSONValue {
    case object([Member])
    case array([JSONValue])
    /// UTF-8 in the text of the conversation.
    case text(TextRange)
    /// A constant, and after it ASCII in the text of the conversation.
    case prefixed(String, TextRange)
    /// A constant.
    case string(String)
    case whole(Int)
    /// A number with two decimals, in hundredths.
    case hundredths(Int)
    case null
    case bool(Bool)
    /// A string that holds JSON.
    indirect case embedded(JSONValue)

    /// A member of an object.
    struct Member {
        var name: String
        var value: JSONValue

        init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }
}
