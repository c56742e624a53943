// SPDX-License-Identifier: Apache-2.0

// What schema conversions work with instead of recursion: schemas nest up to 1024 levels.

import JSONLCodec

/// One step of writing a schema; the steps that are still to come stand on a stack.
enum SchemaTask {
    /// Write a schema.
    case schema(NodeID)
    /// Begin a member with the name of a property, as it is spelled.
    case name(NodeID)
    /// Begin a member with a name of ours; the colon is part of it.
    case member(StaticString)
    /// Copy a member of the source, name and value.
    case copy(NodeID)
    /// Begin a container or an element; the text is written after a comma where one is due.
    case open(StaticString)
    case close(StaticString)
    /// Write the word of a type.
    case type(SchemaType)
    /// Write a one-element enumeration of a string.
    case constant(NodeID)
    /// Write the order of an object's properties.
    case ordering(NodeID)
    /// Write a literal element or member, after a comma where one is due.
    case literal(StaticString)
    /// Begin the next element of a list.
    case element
    /// Leave that many schemas that were being written.
    case leave(Int)
}

/// Arrays that serve one schema after the other, so that they stop growing.
struct SchemaMemory {
    var tasks: [SchemaTask] = []
    /// The schemas that merge into the one at hand, the one that wins first.
    var layers: [NodeID] = []
    /// The schemas that are being written, from the outermost in: a reference to one recurs.
    var active: [NodeID] = []
    var losses: [Loss] = []

    init() {}

    /// Makes the arrays ready for the next schema; the memory of a huge one is given back.
    mutating func reset() {
        tasks.removeAll(keepingCapacity: tasks.capacity <= 1 << 14)
        layers.removeAll(keepingCapacity: true)
        active.removeAll(keepingCapacity: true)
        losses.removeAll(keepingCapacity: true)
    }

    /// Turns the tasks from `start` on around, so that the first of them is performed first.
    mutating func reverseTasks(from start: Int) {
        // Reversing a slice in place would copy the array, to which the slice refers as well.
        var first = start
        var last = tasks.count - 1
        while first < last {
            tasks.swapAt(first, last)
            first += 1
            last -= 1
        }
    }
}

extension ByteBuffer {
    /// Appends a comma unless a container or a member has just begun.
    mutating func separate() {
        guard count > 0 else { return }
        let last = view[count - 1]
        if last != UInt8(ascii: "{"), last != UInt8(ascii: "["), last != UInt8(ascii: ":") {
            append(UInt8(ascii: ","))
        }
    }
}
