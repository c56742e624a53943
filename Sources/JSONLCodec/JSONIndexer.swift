// SPDX-License-Identifier: Apache-2.0

// Checks a line against RFC 8259 in full and writes its index, in one pass and without recursion.

import CJSONKernels

/// Builds the index of one line after the other in memory that it keeps.
///
/// Every byte of the text is checked, also of values that nobody will look at, so that whatever
/// reads the index later can trust it. After the first lines nothing is allocated.
@safe
package struct JSONIndexer: ~Copyable, @unchecked Sendable {
    // Sound to send: the indexer is the only owner of its memory and cannot be copied.
    private var nodes: UnsafeMutablePointer<JSONNode>
    private var capacity: Int
    private let open: UnsafeMutablePointer<UInt32>
    private let depthLimit: Int

    /// Creates an indexer that refuses texts with more than `depthLimit` open containers.
    package init(depthLimit: Int = Limits().depthLimit) {
        self.depthLimit = depthLimit
        capacity = 512
        unsafe nodes = .allocate(capacity: capacity)
        unsafe open = .allocate(capacity: depthLimit)
    }

    deinit {
        unsafe nodes.deallocate()
        unsafe open.deallocate()
    }

    /// Checks a text and indexes it.
    ///
    /// - Parameter text: One JSON text, blanks around it allowed.
    /// - Returns: A view that is valid until the next call and as long as `text` is.
    /// - Throws: The first fault of the text.
    /// - Complexity: O(*n*) time; 16 bytes of memory for each value and each member name.
    package mutating func index(_ text: ByteView) throws(JSONError) -> JSONView {
        guard text.count < Int(UInt32.max) else { throw JSONError(.tooLong, at: 0) }
        var pass = unsafe IndexPass(
            base: text.base, count: text.count, nodes: nodes, capacity: capacity, open: open,
            depthLimit: depthLimit)
        defer {
            unsafe nodes = pass.nodes
            capacity = unsafe pass.capacity
        }
        try unsafe pass.run()
        try unsafe pass.expectEnd()
        return unsafe JSONView(text: text, nodes: pass.nodes, nodeCount: pass.used)
    }

    /// Checks the value that a text begins with.
    ///
    /// - Parameters:
    ///   - text: A text that begins with a value; whatever follows it is not looked at.
    ///   - depth: How many containers are open around it.
    /// - Returns: The length of the value, and whether there are blanks between its tokens; nil
    ///   where it has a fault.
    mutating func checkValue(
        at text: ByteView, depth: Int
    ) -> (count: Int, hasBlanks: Bool)? {
        if json_kernels_exist() {
            var hasBlanks = false
            let length = unsafe json_value_end(
                text.base, text.count, UInt32(truncatingIfNeeded: depthLimit - depth), &hasBlanks)
            return length == json_kernel_none ? nil : (length, hasBlanks)
        }
        var pass = unsafe IndexPass(
            base: text.base, count: min(text.count, Int(UInt32.max) - 1), nodes: nodes,
            capacity: capacity, open: open, depthLimit: depthLimit - depth)
        defer {
            unsafe nodes = pass.nodes
            capacity = unsafe pass.capacity
        }
        do throws(JSONError) { try unsafe pass.run() } catch { return nil }
        return unsafe (pass.index, pass.nodes[0].isMarked)
    }
}

/// The state of one pass over one text.
@unsafe
private struct IndexPass {
    let base: UnsafePointer<UInt8>
    let count: Int
    var nodes: UnsafeMutablePointer<JSONNode>
    var capacity: Int
    let open: UnsafeMutablePointer<UInt32>
    let depthLimit: Int
    var used = 0
    var index = 0
    var depth = 0
    var blanks: UInt32 = 0
    var isInObject = false

    mutating func run() throws(JSONError) {
        repeat {
            try unsafe value()
            // A value has ended: close what it closes, and find the next one.
            while unsafe depth > 0 {
                if try unsafe separatorOrClose() { break }
            }
        } while unsafe depth > 0
    }

    mutating func expectEnd() throws(JSONError) {
        unsafe skipBlanks()
        guard unsafe index == count else { throw JSONError(.trailingBytes, at: unsafe index) }
    }

    /// Reads a value; of a container only the opening, and the name before its first member.
    @inline(__always)
    private mutating func value() throws(JSONError) {
        while true {
            unsafe skipBlanks()
            guard unsafe index < count else { throw JSONError(.unexpectedEnd, at: unsafe count) }
            switch unsafe base[index] {
            case UInt8(ascii: "\""):
                try unsafe string(.string)
                return unsafe endScalar()
            case UInt8(ascii: "{"):
                try unsafe openContainer(.object)
                if unsafe closes(UInt8(ascii: "}")) { return }
                try unsafe name()
            case UInt8(ascii: "["):
                try unsafe openContainer(.array)
                if unsafe closes(UInt8(ascii: "]")) { return }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                try unsafe number()
                return unsafe endScalar()
            case UInt8(ascii: "t"):
                try unsafe literal("true", .true)
                return unsafe endScalar()
            case UInt8(ascii: "f"):
                try unsafe literal("false", .false)
                return unsafe endScalar()
            case UInt8(ascii: "n"):
                try unsafe literal("null", .null)
                return unsafe endScalar()
            case UInt8(ascii: "N"), UInt8(ascii: "I"):
                throw JSONError(.notANumber, at: unsafe index)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                let fault =
                    unsafe depth > 0 && !isInObject ? JSONError.Fault.trailingComma : .expectedValue
                throw JSONError(fault, at: unsafe index)
            default:
                throw JSONError(.expectedValue, at: unsafe index)
            }
        }
    }

    /// After a value: reads a comma (true: a value follows) or closes the container (false).
    @inline(__always)
    private mutating func separatorOrClose() throws(JSONError) -> Bool {
        unsafe skipBlanks()
        guard unsafe index < count else { throw JSONError(.unexpectedEnd, at: unsafe count) }
        let byte = unsafe base[index]
        if byte == UInt8(ascii: ",") {
            unsafe index += 1
            if unsafe isInObject { try unsafe name() }
            return true
        }
        guard byte == (unsafe isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            let fault =
                unsafe isInObject ? JSONError.Fault.expectedCommaOrBrace : .expectedCommaOrBracket
            throw JSONError(fault, at: unsafe index)
        }
        unsafe index += 1
        unsafe closeContainer()
        return false
    }

    /// Reads a member name and its colon.
    @inline(__always)
    private mutating func name() throws(JSONError) {
        unsafe skipBlanks()
        guard unsafe index < count else { throw JSONError(.unexpectedEnd, at: unsafe count) }
        guard unsafe base[index] == UInt8(ascii: "\"") else {
            let closes = unsafe base[index] == UInt8(ascii: "}")
            throw JSONError(closes ? .trailingComma : .expectedKey, at: unsafe index)
        }
        try unsafe string(.key)
        unsafe skipBlanks()
        guard unsafe index < count else { throw JSONError(.unexpectedEnd, at: unsafe count) }
        guard unsafe base[index] == UInt8(ascii: ":") else {
            throw JSONError(.expectedColon, at: unsafe index)
        }
        unsafe index += 1
    }

    @inline(__always)
    private mutating func string(_ kind: JSONKind) throws(JSONError) {
        var hasEscapes = false
        let scanner = unsafe StringScanner(base: base, count: count)
        let end = try unsafe scanner.end(ofStringAt: index, hasEscapes: &hasEscapes)
        unsafe append(kind, end: end, isMarked: hasEscapes)
        unsafe index = end
    }

    private mutating func number() throws(JSONError) {
        let (end, isNumber) = unsafe NumberScanner(base: base, count: count).end(from: index)
        guard isNumber else { throw unsafe numberError(at: end) }
        unsafe append(.number, end: end, isMarked: false)
        unsafe index = end
    }

    private func numberError(at end: Int) -> JSONError {
        if unsafe end < count, unsafe base[end] == UInt8(ascii: "I") {
            return JSONError(.notANumber, at: unsafe index)
        }
        return JSONError(.invalidNumber, at: unsafe index)
    }

    private mutating func literal(_ text: StaticString, _ kind: JSONKind) throws(JSONError) {
        let end = unsafe index + text.utf8CodeUnitCount
        guard unsafe end <= count,
            unsafe equalBytes(base + index, text.utf8Start, text.utf8CodeUnitCount)
        else { throw JSONError(.invalidLiteral, at: unsafe index) }
        unsafe append(kind, end: end, isMarked: false)
        unsafe index = end
    }

    // MARK: - Containers

    @inline(__always)
    private mutating func openContainer(_ kind: JSONKind) throws(JSONError) {
        guard unsafe depth < depthLimit else { throw JSONError(.tooDeep, at: unsafe index) }
        // Sound: `open` has room for `depthLimit` entries.
        unsafe open[depth] = UInt32(truncatingIfNeeded: used)
        unsafe depth += 1
        // Until the container is closed, `end` keeps the number of blanks before it.
        unsafe append(kind, end: Int(blanks), isMarked: false)
        unsafe index += 1
        unsafe isInObject = kind == .object
    }

    /// Closes a container that turns out to be empty.
    @inline(__always)
    private mutating func closes(_ bracket: UInt8) -> Bool {
        unsafe skipBlanks()
        guard unsafe index < count, unsafe base[index] == bracket else { return false }
        unsafe index += 1
        unsafe closeContainer()
        return true
    }

    @inline(__always)
    private mutating func closeContainer() {
        unsafe depth -= 1
        let position = Int(unsafe open[depth])
        unsafe nodes[position].isMarked = nodes[position].end != blanks
        unsafe nodes[position].end = UInt32(truncatingIfNeeded: index)
        unsafe nodes[position].next = UInt32(truncatingIfNeeded: used)
        unsafe isInObject = depth > 0 && nodes[Int(open[depth - 1])].kind == .object
        if unsafe isInObject {
            unsafe nodes[position - 1].next = UInt32(truncatingIfNeeded: used)
        }
    }

    /// Ends a scalar: it and the name before it are followed by the next entry.
    @inline(__always)
    private mutating func endScalar() {
        let next = UInt32(truncatingIfNeeded: unsafe used)
        unsafe nodes[used - 1].next = next
        if unsafe isInObject { unsafe nodes[used - 2].next = next }
    }

    @inline(__always)
    private mutating func append(_ kind: JSONKind, end: Int, isMarked: Bool) {
        if unsafe used == capacity { unsafe grow() }
        unsafe nodes[used] = JSONNode(
            start: UInt32(truncatingIfNeeded: index), end: UInt32(truncatingIfNeeded: end),
            next: 0, kind: kind, isMarked: isMarked)
        unsafe used += 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = unsafe UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: nodes, count: used)
        unsafe nodes.deallocate()
        unsafe nodes = larger
        unsafe capacity *= 2
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while unsafe index < count {
            let byte = unsafe base[index]
            guard byte <= 0x20 else { return }
            guard
                byte == 0x20 || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
                    || byte == UInt8(ascii: "\n")
            else { return }
            unsafe index += 1
            unsafe blanks &+= 1
        }
    }
}
