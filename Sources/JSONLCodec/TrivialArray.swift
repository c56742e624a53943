// SPDX-License-Identifier: Apache-2.0

// An array of plain values that is read in the innermost loops: no count of references, no copy.

/// Plain values that grow at the end.
@safe
struct TrivialArray<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Sound to send: the array is the only owner of its memory and cannot be copied.
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    /// The value at an index, which is checked in debug builds.
    subscript(index: Int) -> Element {
        @inline(__always) get {
            assert(index >= 0 && index < count)
            return unsafe base[index]
        }
        @inline(__always) set {
            assert(index >= 0 && index < count)
            unsafe base[index] = newValue
        }
    }

    /// Adds a value and returns its index.
    @discardableResult
    mutating func append(_ element: Element) -> Int {
        if count == capacity { grow() }
        unsafe base[count] = element
        count += 1
        return count - 1
    }

    /// Forgets all values and keeps the memory.
    mutating func removeAll() { count = 0 }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
        capacity *= 2
    }
}
