// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The measurements of the engine: a package of its own, because the harness is a dependency and
// the root package has none.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Corpus", targets: ["Corpus"]),
        .executable(name: "make-corpus", targets: ["make-corpus"]),
    ],
    dependencies: [
        .package(name: "bedrock-files-batch", path: ".."),
        // Without its traits: they ask for jemalloc, and allocations are counted by `count`.
        .package(url: "https://github.com/ordo-one/benchmark.git", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "Corpus", swiftSettings: settings),
        .executableTarget(
            name: "make-corpus", dependencies: ["Corpus"], swiftSettings: settings),
        .executableTarget(
            name: "EngineBenchmarks",
            dependencies: [
                "Corpus",
                .product(name: "JSONLCodec", package: "bedrock-files-batch"),
                .product(name: "Transcoder", package: "bedrock-files-batch"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/EngineBenchmarks",
            swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
