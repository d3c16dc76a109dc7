// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever uses Swiftlet builds none of this.

func suite(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            .product(name: "SwiftletModules", package: "swiftlet"), .product(name: "Benchmark", package: "benchmark"),
        ] + dependencies,
        path: "Benchmarks/\(name)",
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")],
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

/// What the kernels do, one operation at a time: timed by the suite `Computing`, counted by `Counts`.
let operations: [Target] = [
    .target(name: "Counters", path: "Counters"),
    .target(
        name: "Operations", dependencies: [.product(name: "SwiftletModules", package: "swiftlet")], path: "Operations",
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
    .executableTarget(
        name: "Counts", dependencies: ["Counters", "Operations"], path: "Counts",
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")],
        // Stripped: older versions of valgrind give up over the debug information of newer compilers.
        linkerSettings: [.unsafeFlags(["-Xlinker", "-s"])]),
]

/// The ladder: the INT4 product in steps. Each instruction set is a target of its own, as in the product.
#if arch(x86_64)
    let ladderSets: [Target] = [
        .systemLibrary(name: "CVectors", path: "Ladder/CVectors"),
        .target(
            name: "LadderAVX2", dependencies: ["CVectors"], path: "Ladder/AVX2",
            swiftSettings: [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mf16c"])]),
    ]
    let ladderSetDependencies: [Target.Dependency] = ["LadderAVX2"]
#else
    let ladderSets: [Target] = []
    let ladderSetDependencies: [Target.Dependency] = []
#endif

let ladder: [Target] =
    ladderSets + [
        .target(name: "LadderSteps", path: "Ladder/Steps"),
        .executableTarget(
            name: "Ladder",
            dependencies: ["LadderSteps", .product(name: "SwiftletModules", package: "swiftlet")]
                + ladderSetDependencies,
            path: "Ladder/Climb", swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
    ]

let package = Package(
    name: "swiftlet-benchmarks",
    platforms: [.macOS("26.0")],
    dependencies: [
        .package(name: "swiftlet", path: ".."),
        // Without its traits: they count allocations by replacing malloc, which these numbers do not need.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [suite("Computing", ["Counters", "Operations"]), suite("Opening"), suite("Tokenizing")]
        + operations + ladder
)
