// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever uses Swiftlet builds none of this.

func suite(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            .product(name: "Swiftlet", package: "swiftlet"), .product(name: "Benchmark", package: "benchmark"),
        ],
        path: "Benchmarks/\(name)",
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")],
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
    name: "swiftlet-benchmarks",
    platforms: [.macOS("26.0")],
    dependencies: [
        .package(name: "swiftlet", path: ".."),
        // Without its traits: they count allocations by replacing malloc, which these numbers do not need.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [suite("Multiplying"), suite("Opening"), suite("Tokenizing")]
)
