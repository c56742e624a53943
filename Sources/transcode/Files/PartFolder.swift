// SPDX-License-Identifier: Apache-2.0

// The folder that a file is split into: the names in it, and what happens to older ones.

/// A folder of parts and their manifest.
struct PartFolder {
    /// The name as it was typed, without slashes at the end.
    let path: String
    private let isNew: Bool
    private let force: Bool

    /// Looks at the folder; nothing is made yet.
    ///
    /// - Throws: Where the name is that of a file, or the folder holds a split that is to stay.
    init(_ argument: String, force: Bool) throws(CommandFailure) {
        var name = argument[...]
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        guard !name.isEmpty else { throw .usage("an output needs a name") }
        path = String(name)
        self.force = force
        let status: FileStatus?
        do throws(SystemError) {
            status = try System.status(path)
        } catch SystemError.noSuchFile {
            status = nil
        } catch {
            throw .file(path, error)
        }
        isNew = status == nil
        guard let status else { return }
        guard status.kind == .directory else { throw .file(path, "is no folder") }
        _ = try manifest()
        _ = try part(1)
    }

    /// Makes the folder, where it is new, and takes the manifest of an older split away: what it
    /// says will not be true any more.
    func begin() throws(CommandFailure) {
        guard isNew else { return System.remove(manifestPath) }
        do throws(SystemError) {
            try System.makeFolder(path)
        } catch {
            throw .file(path, error == .noSuchFile ? "no such folder" : error.message)
        }
    }

    /// The manifest.
    func manifest() throws(CommandFailure) -> OutputFile.Target {
        try target(manifestPath)
    }

    var manifestPath: String { "\(path)/manifest.json" }

    /// A part, counted from 1.
    func part(_ number: Int) throws(CommandFailure) -> OutputFile.Target {
        try target("\(path)/\(Self.name(number))")
    }

    /// The name of a part: `part-0001.jsonl`.
    static func name(_ number: Int) -> String {
        let digits = String(number)
        return "part-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).jsonl"
    }

    private func target(_ name: String) throws(CommandFailure) -> OutputFile.Target {
        let target = try OutputFile.Target(name)
        try target.requireFree(force: force)
        return target
    }

    /// Takes away what an older split has left beyond the last part.
    func removeParts(after count: Int) {
        guard !isNew else { return }
        var number = count + 1
        while (try? System.status("\(path)/\(Self.name(number))")) != nil {
            System.remove("\(path)/\(Self.name(number))")
            number += 1
        }
    }

    /// Takes away the parts of a split that came to no end.
    func discard(_ count: Int) {
        for number in stride(from: count, to: 0, by: -1) {
            System.remove("\(path)/\(Self.name(number))")
        }
        if isNew { System.removeFolder(path) }
    }
}
