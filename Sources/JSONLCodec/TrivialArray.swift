// SPDX-License-Identifier: Apache-2.0

// An array of plain values that is read in the innermost loops: no count of references, no copy.

import CJSONKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Plain values that grow at the end.
///
/// Their type must not be private: Swift 6.3 cannot compile that without optimization.
@safe
@usableFromInline
package struct TrivialArray<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Sound to send: the array is the only owner of its memory and cannot be copied.
    @usableFromInline var base: UnsafeMutablePointer<Element>
    /// The number of values.
    @usableFromInline package var count = 0
    @usableFromInline var capacity: Int

    /// Creates an empty array.
    @inlinable
    package init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe base = .allocate(self.capacity, insteadOf: nil)
    }

    /// Creates an array of one value many times.
    @inlinable
    package init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    @inlinable
    deinit { unsafe release(base) }

    /// The value at an index, which is checked in debug builds.
    @inlinable
    package subscript(index: Int) -> Element {
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
    @inlinable
    package mutating func append(_ element: Element) -> Int {
        if count == capacity { grow() }
        unsafe base[count] = element
        count += 1
        return count - 1
    }

    /// Forgets all values and keeps the memory.
    @inlinable
    package mutating func removeAll() { count = 0 }

    /// Asks for a value ahead of its use.
    package func prefetch(_ index: Int) { unsafe json_prefetch(base + index) }

    @usableFromInline @inline(never)
    mutating func grow() {
        capacity *= 2
        unsafe base = .allocate(capacity, insteadOf: base)
    }
}

/// Gives memory back that was allocated by realloc.
@usableFromInline
func release(_ memory: UnsafeMutableRawPointer) { unsafe free(memory) }

extension UnsafeMutablePointer {
    /// Allocates memory, or moves what there is to a larger piece.
    ///
    /// The system moves large pieces without copying them, which allocating anew cannot.
    @usableFromInline
    static func allocate(
        _ count: Int, insteadOf old: UnsafeMutablePointer?
    ) -> UnsafeMutablePointer {
        let size = MemoryLayout<Pointee>.stride * count
        guard let memory = unsafe realloc(old, size) else {
            // What allocate(capacity:) does as well: there is no way on without memory.
            fatalError("out of memory: \(size) bytes")
        }
        return unsafe memory.bindMemory(to: Pointee.self, capacity: count)
    }
}
