// SPDX-License-Identifier: Apache-2.0

// Base64 payloads: carried as slices, mended only where a spelling is not accepted everywhere.

import JSONLCodec

extension RecordContext {
    /// Takes a text as base64 and finds out whether its spelling must be mended.
    ///
    /// - Complexity: O(*n*), at the speed of a search for a byte.
    func base64(_ text: Text) -> Media.Source {
        if copyableBytes(text).isPlainBase64 {
            note(.base64, of: text)
            return .base64(text, needsRepair: false)
        }
        let bytes = bytes(text)
        let needsRepair =
            text.hasEscapes || bytes.count % 4 != 0
            || bytes.firstIndex(of: UInt8(ascii: "-")) != nil
            || bytes.firstIndex(of: UInt8(ascii: "_")) != nil
        return .base64(text, needsRepair: needsRepair)
    }

    /// Whether a text can be mended to base64: either alphabet, padding, line breaks.
    func isBase64(_ text: Text) -> Bool {
        var plain = ByteBuffer(capacity: Int(text.count))
        plain.append(unescaping: bytes(text))
        for index in 0..<plain.count {
            let byte = plain.view[index]
            guard byte.isLetterOrDigit || ("+/-_=\n\r" as StaticString).contains(byte) else {
                return false
            }
        }
        return true
    }

    /// Writes base64 without quotes: padded and in the standard alphabet.
    func write(base64 text: Text, needsRepair: Bool, to output: inout ByteBuffer) {
        guard needsRepair else { return output.append(copying: bytes(text, for: output)) }
        var plain = ByteBuffer(capacity: Int(text.count))
        plain.append(unescaping: bytes(text))
        var length = 0
        for index in 0..<plain.count {
            switch plain.view[index] {
            case UInt8(ascii: "-"): output.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): output.append(UInt8(ascii: "/"))
            // Line breaks inside base64 are legal in MIME, and nowhere else.
            case UInt8(ascii: "="), UInt8(ascii: "\n"), UInt8(ascii: "\r"): continue
            // What is no base64 must at least not end the string that it stands in.
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20:
                output.append(escaping: plain.view.slice(index, index + 1))
            case let byte: output.append(byte)
            }
            length += 1
        }
        while length % 4 != 0 {
            output.append(UInt8(ascii: "="))
            length += 1
        }
    }
}

extension MediaType {
    /// The type that a MIME string names: any case, aliases, parameters ignored.
    ///
    /// - Returns: nil where it is neither an image, document, recording nor film.
    init?(mime: ByteView) {
        let end = mime.firstIndex(of: UInt8(ascii: ";")) ?? mime.count
        let name = mime.slice(0, end).text.lowercased().filter { $0 != " " && $0 != "\\" }
        if let known = Self.byMIME[name] {
            self = known
        } else if name.hasPrefix("image/") {
            self = .otherImage
        } else if name.hasPrefix("audio/") {
            self = .otherAudio
        } else if name.hasPrefix("video/") {
            self = .otherVideo
        } else {
            return nil
        }
    }

    private static let byMIME: [String: MediaType] = {
        var table: [String: MediaType] = [:]
        for type in allCases { table["\(type.mime)"] = type }
        table["image/jpg"] = .jpeg
        table["audio/mp3"] = .mp3
        table["audio/x-wav"] = .wav
        table["audio/wave"] = .wav
        table["audio/x-aac"] = .aac
        table["audio/x-m4a"] = .m4a
        table["audio/x-flac"] = .flac
        table["text/md"] = .md
        table["text/x-markdown"] = .md
        table["application/x-pdf"] = .pdf
        table["video/mpg"] = .mpeg
        table["video/mov"] = .mov
        table["video/3gp"] = .threeGP
        return table
    }()

    /// The type that Bedrock's Converse means with a format name inside a block of a kind.
    init?(bedrockFormat name: ByteView, kind: MediaKind) {
        let name = name.text.lowercased()
        switch (name, kind) {
        case ("jpg", .image): self = .jpeg
        case ("x-aac", .audio): self = .aac
        case ("mkv", .audio): self = .mka
        case ("mpeg", .audio), ("mpga", .audio): self = .mp3
        case ("mpg", .video): self = .mpeg
        default:
            guard
                let type = Self.allCases.first(where: {
                    $0.kind == kind && $0.bedrockFormat.map { "\($0)" } == name
                })
            else { return nil }
            self = type
        }
    }
}
