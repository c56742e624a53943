// SPDX-License-Identifier: Apache-2.0

// A lock, a queue for turns, and threads: as little of POSIX threads as the block runner needs.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A lock that threads can wait in until something has changed.
@safe
final class Monitor: @unchecked Sendable {
    // Sound to send: both are made for use by several threads, and live as long as the object.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        _ = unsafe pthread_mutex_init(mutex, nil)
        _ = unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        _ = unsafe pthread_cond_destroy(condition)
        _ = unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs a function while no other thread runs one.
    func locked<Result>(_ body: () -> Result) -> Result {
        _ = unsafe pthread_mutex_lock(mutex)
        defer { _ = unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Inside of ``locked(_:)``: gives the lock away until something has changed.
    func wait() {
        _ = unsafe pthread_cond_wait(condition, mutex)
    }

    /// Inside of ``locked(_:)``: wakes all threads that wait.
    func wakeAll() {
        _ = unsafe pthread_cond_broadcast(condition)
    }
}

/// A thread that can be waited for.
@safe
struct WorkerThread {
    /// What the thread runs, on its way there.
    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let id: pthread_t

    /// Starts a thread; fails where the system has none left.
    init?(_ body: @escaping @Sendable () -> Void) {
        let work = unsafe Unmanaged.passRetained(Work(body))
        #if canImport(Darwin)
        var id: pthread_t?
        let result = unsafe pthread_create(&id, nil, Self.run, work.toOpaque())
        #else
        var id = pthread_t()
        let result = unsafe pthread_create(&id, nil, Self.runOptional, work.toOpaque())
        #endif
        guard result == 0 else {
            unsafe work.release()
            return nil
        }
        #if canImport(Darwin)
        guard let id else { return nil }
        #endif
        self.id = id
    }

    #if canImport(Darwin)
    private static let run: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
        unsafe Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body()
        return nil
    }
    #else
    private static let runOptional:
        @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
            if let work = unsafe $0 {
                unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
            }
            return nil
        }
    #endif

    /// Waits until the thread has ended.
    func join() {
        _ = pthread_join(id, nil)
    }
}
