// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The gateway: a package of its own, because HTTP, TLS, SQLite and cryptography are dependencies
// and the root package has none. Arrows run one way:
//
//   gateway   -> Files, Jobs, Providers, Sandbox, Signing, Storage
//   Files     -> Signing, Storage
//   Jobs      -> Providers, Signing, Storage, and the engine
//   Providers -> Signing
//   all of them -> Wire

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let posix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let types = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let client = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let codec = Target.Dependency.product(name: "JSONLCodec", package: "bedrock-files-batch")
let transcoder = Target.Dependency.product(name: "Transcoder", package: "bedrock-files-batch")

let package = Package(
    name: "gateway",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "gateway", targets: ["gateway"])],
    dependencies: [
        .package(name: "bedrock-files-batch", path: ".."),
        // Without its traits it needs FoundationEssentials only.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
            traits: []),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Wire", dependencies: [nio, types], swiftSettings: settings),
        .target(name: "Signing", dependencies: [crypto, types, "Wire"], swiftSettings: settings),
        .target(
            name: "Storage",
            dependencies: [
                crypto, nio, posix, "Wire", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(
            name: "Files",
            dependencies: [
                "Signing", "Storage", "Wire", crypto, hummingbird, log, nio, types,
            ],
            swiftSettings: settings),
        .target(
            name: "Providers",
            dependencies: [
                "Signing", "Wire", client, crypto, log, nio, posix, types,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "Jobs",
            dependencies: [
                "Providers", "Signing", "Storage", "Wire", codec, transcoder, crypto, hummingbird,
                lifecycle, log, nio, types,
            ],
            swiftSettings: settings),
        .target(
            name: "Sandbox",
            dependencies: ["Wire", hummingbird, lifecycle, log, nio, types],
            swiftSettings: settings),
        .executableTarget(
            name: "gateway",
            dependencies: [
                "Files", "Jobs", "Providers", "Sandbox", "Signing", "Storage", "Wire", transcoder,
                hummingbird, nio, client, log, types,
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Files", "Jobs", "Providers", "Signing", "Storage", "Wire", hummingbird, log, nio,
                types,
            ],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
