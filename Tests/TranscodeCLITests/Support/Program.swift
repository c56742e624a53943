// SPDX-License-Identifier: Apache-2.0

// Runs the built program as a user would, and catches what it prints.

import Foundation
import Testing

/// The program under test.
enum Program {
    /// What a run left behind.
    struct Outcome {
        let output: Data
        let errors: Data
        /// The exit status; 128 + the signal where a signal ended it, as shells have it.
        let status: Int32

        var outputText: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    /// The executable, which the build puts beside the tests.
    static let url: URL = {
        let folder: URL
        #if os(macOS)
        folder = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
        #else
        folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? Bundle.main.bundleURL
        #endif
        return folder.appendingPathComponent("transcode").resolvingSymlinksInPath()
    }()

    #if os(macOS)
    private final class Marker {}
    #endif

    /// The root of the project.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The environment of a run: the program on the path, nothing else that matters to it.
    static var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        for name in ["NO_COLOR", "TRANSCODE_JOBS"] { environment[name] = nil }
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        environment["PATH"] = url.deletingLastPathComponent().path + ":" + path
        environment["TERM"] = "xterm"
        environment["PROJECT"] = project.path
        environment["LC_ALL"] = "C"
        return environment
    }

    /// Runs a shell command in a folder.
    static func run(
        _ command: String, in folder: URL, input: Data = Data()
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.environment = environment
        // Files, not pipes: nothing can block on a reader that is not there.
        let scratch = try Scratch()
        let inputURL = scratch.url.appendingPathComponent("stdin")
        let outputURL = scratch.url.appendingPathComponent("stdout")
        let errorURL = scratch.url.appendingPathComponent("stderr")
        try input.write(to: inputURL)
        try Data().write(to: outputURL)
        try Data().write(to: errorURL)
        process.standardInput = try FileHandle(forReadingFrom: inputURL)
        process.standardOutput = try FileHandle(forWritingTo: outputURL)
        process.standardError = try FileHandle(forWritingTo: errorURL)
        try process.run()
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            output: try Data(contentsOf: outputURL), errors: try Data(contentsOf: errorURL),
            status: process.terminationStatus + (isSignal ? 128 : 0))
    }
}

/// The program with an input that stays open until somebody closes it.
final class RunningProgram {
    private let process = Process()
    private let input = Pipe()

    /// Starts the program; what it prints goes to the files `stdout` and `stderr` of the folder.
    init(_ arguments: [String], in scratch: Scratch) throws {
        // A program that is gone must not take the tests with it.
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = Program.url
        process.arguments = arguments
        process.currentDirectoryURL = scratch.url
        process.environment = Program.environment
        process.standardInput = input
        for name in ["stdout", "stderr"] { try scratch.write("", to: name) }
        process.standardOutput = try FileHandle(
            forWritingTo: scratch.url.appendingPathComponent("stdout"))
        process.standardError = try FileHandle(
            forWritingTo: scratch.url.appendingPathComponent("stderr"))
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    func write(_ text: String) {
        try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func send(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until something is so, for some seconds at most.
    func wait(until isSo: () -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if isSo() { return true }
            usleep(5000)
        }
        return false
    }

    /// The exit status; nil where the program does not end.
    var status: Int32? {
        guard wait(until: { !self.process.isRunning }) else { return nil }
        return process.terminationStatus
    }
}

/// A folder that goes away with its owner.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("transcode-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The names of the files in the folder, hidden ones too.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func read(_ name: String) throws -> Data {
        try Data(contentsOf: url.appendingPathComponent(name))
    }
}
