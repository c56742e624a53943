// SPDX-License-Identifier: Apache-2.0

// Images, documents, audio and video: what they are, and where their bytes are.

import JSONLCodec

/// A picture, document, recording or film in a message.
struct Media {
    /// Where the bytes are.
    enum Source {
        /// Base64 in the record: the inside of a string. `needsRepair` says that it is spelled
        /// in a way that not every provider takes (url-safe alphabet, no padding, escapes).
        case base64(Text, needsRepair: Bool)
        /// An address on the public web.
        case url(Text)
        /// Plain text in place of base64 (Bedrock's and Anthropic's text documents).
        case text(Text)
    }

    var type: MediaType
    var source: Source
    /// A document's name without the extension, or nil.
    var name: Text?
    /// The member that holds the name.
    var nameNode: NodeID?
    /// Citations or context members of a document that only Claude knows.
    var citations: NodeID?
    var context: NodeID?
    /// How closely a picture is to be looked at, in OpenAI's words; a string.
    var detail: NodeID?
    /// The block that losses are reported at.
    var node: NodeID

    /// It is named by an address.
    var isRemote: Bool {
        if case .url = source { true } else { false }
    }

    init(_ type: MediaType, _ source: Source, at node: NodeID) {
        self.type = type
        self.source = source
        self.node = node
    }
}

/// The kinds of media that providers tell apart.
enum MediaKind: Sendable {
    case image, document, audio, video
}

/// A media type that at least one provider takes.
///
/// Sources: botocore's Converse shapes for Bedrock's format names, RFC 6838 types for MIME.
enum MediaType: UInt8, Sendable, CaseIterable {
    case png, jpeg, gif, webp, heic, heif, bmp, otherImage
    case pdf, csv, doc, docx, xls, xlsx, html, txt, md
    case mp3, wav, opus, aac, flac, ogg, m4a, mka, pcm, audioMP4, audioWebM, otherAudio
    case mkv, mov, mp4, webm, flv, mpeg, wmv, threeGP, otherVideo

    /// What it is.
    var kind: MediaKind {
        switch self {
        case .png, .jpeg, .gif, .webp, .heic, .heif, .bmp, .otherImage: .image
        case .pdf, .csv, .doc, .docx, .xls, .xlsx, .html, .txt, .md: .document
        case .mp3, .wav, .opus, .aac, .flac, .ogg, .m4a, .mka, .pcm, .audioMP4, .audioWebM,
            .otherAudio:
            .audio
        case .mkv, .mov, .mp4, .webm, .flv, .mpeg, .wmv, .threeGP, .otherVideo: .video
        }
    }

    /// The MIME type as we write it.
    var mime: StaticString {
        switch self {
        case .png: "image/png"
        case .jpeg: "image/jpeg"
        case .gif: "image/gif"
        case .webp: "image/webp"
        case .heic: "image/heic"
        case .heif: "image/heif"
        case .bmp: "image/bmp"
        case .otherImage: "image/*"
        case .pdf: "application/pdf"
        case .csv: "text/csv"
        case .doc: "application/msword"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .xls: "application/vnd.ms-excel"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .html: "text/html"
        case .txt: "text/plain"
        case .md: "text/markdown"
        case .mp3: "audio/mpeg"
        case .wav: "audio/wav"
        case .opus: "audio/opus"
        case .aac: "audio/aac"
        case .flac: "audio/flac"
        case .ogg: "audio/ogg"
        case .m4a: "audio/m4a"
        case .mka: "audio/x-matroska"
        case .pcm: "audio/pcm"
        case .audioMP4: "audio/mp4"
        case .audioWebM: "audio/webm"
        case .otherAudio: "audio/*"
        case .mkv: "video/x-matroska"
        case .mov: "video/quicktime"
        case .mp4: "video/mp4"
        case .webm: "video/webm"
        case .flv: "video/x-flv"
        case .mpeg: "video/mpeg"
        case .wmv: "video/x-ms-wmv"
        case .threeGP: "video/3gpp"
        case .otherVideo: "video/*"
        }
    }

    /// Bedrock's name of the format, or nil where Converse has none.
    var bedrockFormat: StaticString? {
        switch self {
        case .png: "png"
        case .jpeg: "jpeg"
        case .gif: "gif"
        case .webp, .webm, .audioWebM: self == .webp ? "webp" : "webm"
        case .heic, .heif, .bmp, .otherImage, .otherAudio, .otherVideo: nil
        case .pdf: "pdf"
        case .csv: "csv"
        case .doc: "doc"
        case .docx: "docx"
        case .xls: "xls"
        case .xlsx: "xlsx"
        case .html: "html"
        case .txt: "txt"
        case .md: "md"
        case .mp3: "mp3"
        case .wav: "wav"
        case .opus: "opus"
        case .aac: "aac"
        case .flac: "flac"
        case .ogg: "ogg"
        case .m4a: "m4a"
        case .mka: "mka"
        case .pcm: "pcm"
        case .mp4, .audioMP4: "mp4"
        case .mkv: "mkv"
        case .mov: "mov"
        case .flv: "flv"
        case .mpeg: "mpeg"
        case .wmv: "wmv"
        case .threeGP: "three_gp"
        }
    }

    /// The extension of a file of that type.
    var fileExtension: StaticString {
        switch self {
        case .threeGP: "3gp"
        case .otherImage, .otherAudio, .otherVideo, .heic, .heif, .bmp: "bin"
        default: bedrockFormat ?? "bin"
        }
    }
}
