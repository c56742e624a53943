// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The package of the engine and its command line. It depends on no other package, on purpose:
// what needs one (HTTP, TLS, benchmark statistics) is a nested package of its own.

import PackageDescription

let testSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let settings = testSettings + [.strictMemorySafety()]

let package = Package(
    name: "bedrock-files-batch",
    products: [
        .library(name: "JSONLCodec", targets: ["JSONLCodec"]),
        .library(name: "Transcoder", targets: ["Transcoder"]),
        .executable(name: "transcode", targets: ["transcode"]),
    ],
    targets: [
        .target(name: "CJSONKernels"),
        .target(name: "JSONLCodec", dependencies: ["CJSONKernels"], swiftSettings: settings),
        .target(name: "Transcoder", dependencies: ["JSONLCodec"], swiftSettings: settings),
        .executableTarget(
            name: "transcode", dependencies: ["Transcoder", "JSONLCodec"],
            swiftSettings: settings),
        .testTarget(
            name: "JSONLCodecTests", dependencies: ["JSONLCodec", "CJSONKernels"],
            swiftSettings: testSettings),
        .testTarget(
            name: "TranscoderTests", dependencies: ["Transcoder", "JSONLCodec"],
            swiftSettings: testSettings),
        .testTarget(
            name: "TranscodeCLITests", dependencies: ["transcode", "Transcoder"],
            swiftSettings: testSettings),
    ],
    swiftLanguageModes: [.v6]
)
