// SPDX-License-Identifier: Apache-2.0

// Outputs that appear whole or not at all.

import JSONLCodec

/// A file that is being written.
///
/// A regular file is written under another name beside its own, brought to the disk and renamed;
/// devices, pipes and standard output are written as they are.
final class OutputFile {
    /// The name as messages show it.
    let name: String
    private(set) var byteCount = 0
    private var descriptor: Int32
    /// The program that compresses what is written, and the pipe to it.
    private var compressor: (process: FilterProcess, input: Int32)?
    /// The name that the file has until it is complete.
    private let temporaryPath: String?
    private let path: String
    private let signalPlace: Int?
    private var isOpen = true

    /// Standard output.
    init() {
        name = "<stdout>"
        path = "-"
        descriptor = System.standardOutput
        temporaryPath = nil
        signalPlace = nil
    }

    /// Begins a file; ``finish()`` or ``abandon()`` ends it.
    init(_ target: Target) throws(CommandFailure) {
        name = target.argument
        path = target.path
        guard target.isReplaced else {
            // Devices and pipes get what is written, whatever they are called.
            temporaryPath = nil
            signalPlace = nil
            do throws(SystemError) {
                descriptor = try System.open(writing: target.path)
            } catch {
                throw .file(target.argument, error)
            }
            return
        }
        let temporary = target.temporaryPath
        signalPlace = Signals.removeWhenInterrupted(temporary)
        do throws(SystemError) {
            descriptor = try Self.create(temporary)
        } catch {
            Signals.release(signalPlace)
            throw .file(target.argument, error)
        }
        temporaryPath = temporary
        if let mode = target.mode { System.setMode(mode, of: descriptor) }
        guard let compression = target.compression else { return }
        do throws(SystemError) {
            try startCompressor(compression)
        } catch {
            abandon()
            throw .file(target.argument, error)
        }
    }

    private func startCompressor(_ compression: Compression) throws(SystemError) {
        let pipe = try System.makePipe()
        defer { try? System.close(pipe.reading) }
        do throws(SystemError) {
            let process = try FilterProcess(
                compression.compressing, input: pipe.reading, output: descriptor)
            compressor = (process, pipe.writing)
        } catch {
            try? System.close(pipe.writing)
            throw error
        }
    }

    /// Makes the temporary file; one of the same name is from a process that is long gone.
    private static func create(_ path: String) throws(SystemError) -> Int32 {
        do throws(SystemError) {
            return try System.create(path)
        } catch SystemError.alreadyExists {
            System.remove(path)
            return try System.create(path)
        }
    }

    deinit { abandon() }

    private func write(_ bytes: RawSpan) throws(SystemError) {
        guard bytes.byteCount > 0 else { return }
        do throws(SystemError) {
            try System.write(bytes, to: compressor?.input ?? descriptor)
        } catch {
            // A program that has ended early says better why than the pipe to it.
            try endCompressor()
            throw error
        }
        byteCount += bytes.byteCount
    }

    /// Writes bytes to the end; a failure names the file.
    func add(_ bytes: RawSpan) throws(CommandFailure) {
        try naming { () throws(SystemError) in try write(bytes) }
    }

    /// Lets the program write the rest, and waits for it.
    private func endCompressor() throws(SystemError) {
        guard let (process, input) = compressor else { return }
        compressor = nil
        try? System.close(input)
        try process.finish()
    }

    /// Brings the file to the disk and gives it its name.
    func finish() throws(CommandFailure) {
        guard isOpen else { return }
        guard let temporaryPath else {
            isOpen = false
            guard descriptor != System.standardOutput else { return }
            return try naming { () throws(SystemError) in try System.close(descriptor) }
        }
        do throws(CommandFailure) {
            try naming { () throws(SystemError) in
                try endCompressor()
                try System.synchronize(descriptor)
                isOpen = false
                try System.close(descriptor)
                try System.rename(temporaryPath, to: path)
            }
        } catch {
            discard()
            throw error
        }
        Signals.release(signalPlace)
        synchronizeFolder()
    }

    /// The new name is safe only when the folder is on the disk too.
    private func synchronizeFolder() {
        guard let folder = try? System.open(reading: Target.folder(of: path)) else { return }
        // The file is complete already: a file system that cannot do this is no reason to fail.
        try? System.synchronize(folder)
        try? System.close(folder)
    }

    /// Ends the file without a trace.
    func abandon() {
        guard isOpen else { return }
        isOpen = false
        compressor?.process.end()
        if let input = compressor?.input { try? System.close(input) }
        compressor = nil
        if descriptor != System.standardOutput { try? System.close(descriptor) }
        discard()
    }

    private func discard() {
        if let temporaryPath { System.remove(temporaryPath) }
        Signals.release(signalPlace)
    }

    private func naming(_ body: () throws(SystemError) -> Void) throws(CommandFailure) {
        do throws(SystemError) {
            try body()
        } catch {
            throw .file(name, error)
        }
    }
}

extension OutputFile {
    /// A file that is to be written, looked at before anything is read.
    struct Target {
        /// As the user typed it.
        let argument: String
        /// Without links, where the file is there already.
        let path: String
        /// The file that is there already.
        let existing: FileStatus?
        /// How the file is to be compressed.
        let compression: Compression?

        /// Looks at a name; its suffix says how the file is compressed, if that is wanted.
        init(_ argument: String, compresses: Bool = false) throws(CommandFailure) {
            self.argument = argument
            compression = compresses ? Compression.of(name: argument) : nil
            guard !argument.isEmpty else { throw .usage("an output needs a name") }
            do throws(SystemError) {
                existing = try System.status(argument)
            } catch SystemError.noSuchFile {
                existing = nil
            } catch {
                throw .file(argument, error)
            }
            if existing?.kind == .directory { throw .file(argument, SystemError.isDirectory) }
            guard existing == nil else {
                path = System.realPath(argument) ?? argument
                return
            }
            path = argument
            let folder: FileStatus
            do throws(SystemError) {
                folder = try System.status(Self.folder(of: argument))
            } catch {
                throw .file(argument, error == .noSuchFile ? "no such folder" : error.message)
            }
            guard folder.kind == .directory else {
                throw .file(argument, "its folder is no folder")
            }
        }

        /// It is written under another name first; devices and pipes are not.
        var isReplaced: Bool { existing == nil || existing?.kind == .regular }

        /// The mode of the file that is replaced.
        var mode: UInt32? { existing?.mode }

        /// `.NAME.transcode-PID` beside the file.
        var temporaryPath: String {
            let folder = Self.folder(of: path)
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let prefix = folder == "." && !path.hasPrefix("./") ? "" : "\(folder)/"
            return "\(prefix).\(name).transcode-\(System.processID)"
        }

        /// Refuses to overwrite a file unless the user wants it.
        func requireFree(force: Bool) throws(CommandFailure) {
            guard isReplaced, existing != nil, !force else { return }
            throw .file(argument, "exists already (--force overwrites it)")
        }

        /// Refuses an output that is one of the inputs.
        func requireOther(than input: FileStatus, named name: String) throws(CommandFailure) {
            guard let existing, existing.kind == .regular, existing.isSame(as: input) else {
                return
            }
            throw .file(argument, "is the same file as the input \(name)")
        }

        /// The folder that a file is in.
        static func folder(of path: String) -> String {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }
}
