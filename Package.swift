// swift-tools-version: 6.2
import PackageDescription

// The floor plan: a target may depend only on targets of the floors below it.
// Tests/ArchitectureTests reads the `import` lines and holds this.

// Of code that protoc writes: it does not say where it is unsafe. Everything else does.
let generatedSettings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]
    // Warnings are errors where changes land, and no obstacle to somebody with a newer compiler.
    + (Context.environment["SWIFTLET_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

let swiftSettings: [SwiftSetting] = [.strictMemorySafety()] + generatedSettings

// The compiler flags of the instruction-set targets: nothing else in the package may be built with them.
let avx2Settings: [SwiftSetting] =
    swiftSettings + [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mf16c"])]

let avx512Settings: [SwiftSetting] =
    avx2Settings + [
        .unsafeFlags(["f", "bw", "dq", "vl", "vnni"].flatMap { ["-Xcc", "-mavx512\($0)"] })
    ]

#if arch(x86_64)
    let instructionSetTargets: [Target] = [
        .systemLibrary(name: "CIntrinsics"),
        .target(
            name: "KernelsAVX2", dependencies: ["CIntrinsics", "Kernels", "Tensors"], exclude: ["README.md"],
            swiftSettings: avx2Settings),
        .target(
            name: "KernelsAVX512", dependencies: ["CIntrinsics", "Kernels"], exclude: ["README.md"],
            swiftSettings: avx512Settings),
    ]
    let instructionSetDependencies: [Target.Dependency] = ["KernelsAVX2", "KernelsAVX512"]
#else
    let instructionSetTargets: [Target] = []
    let instructionSetDependencies: [Target.Dependency] = []
#endif

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies,
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "swiftlet",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Swiftlet", targets: ["Swiftlet"]),
        .executable(name: "swiftlet", targets: ["CommandLineTool"]),
        // For the package Benchmarks alone: a module that is imported without being declared is not rebuilt when it changes.
        .library(name: "SwiftletModules", targets: ["Checkpoints", "Compute", "Swiftlet", "Tensors", "Tokenizers"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // Floor 0
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CScheduler"),
        library("DynamicLibraries"),
        library("UntrustedInput"),
        library("Tensors"),
        .target(
            name: "ONNXFormat", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["README.md", "onnx.proto"], swiftSettings: generatedSettings),
        // Floor 1
        library("Kernels", ["Tensors"]),
        library("Checkpoints", ["Tensors", "UntrustedInput"]),
        library("Tokenizers", ["UntrustedInput"]),
        // Floor 2
        library("Compute", ["Kernels", "Tensors", "COpenBLAS", "CScheduler"] + instructionSetDependencies),
        library("Inference"),
        // Floor 3
        library("Transformer", ["Checkpoints", "Compute", "Inference", "Tensors", "UntrustedInput"]),
        // Floor 4
        library("Generation", ["Inference", "Tokenizers", "UntrustedInput"]),
        library(
            "OpenVINOBridge",
            [
                "Transformer", "Checkpoints", "Compute", "DynamicLibraries", "Inference", "Kernels", "Tensors",
                "UntrustedInput",
            ]),
        library(
            "ONNXRuntimeBridge",
            ["Checkpoints", "Compute", "DynamicLibraries", "Inference", "Kernels", "Tensors", "UntrustedInput"]),
        library(
            "Quantization",
            ["Transformer", "Checkpoints", "Tokenizers", "Compute", "Kernels", "Tensors", "UntrustedInput"]),
        library(
            "Export",
            [
                "Quantization", "Transformer", "Checkpoints", "Tokenizers", "Compute", "Kernels", "ONNXFormat",
                "Tensors", "UntrustedInput",
            ]),
        // Floor 5
        library(
            "Swiftlet",
            [
                "Generation", "OpenVINOBridge", "ONNXRuntimeBridge", "Transformer", "Checkpoints", "Tokenizers",
                "Compute",
                "Inference", "Tensors", "UntrustedInput",
            ]),
        library("Terminal"),
        library(
            "ModelHub",
            [
                "UntrustedInput",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        // Floor 6
        .executableTarget(
            name: "CommandLineTool",
            dependencies: [
                "Swiftlet", "ModelHub", "Terminal", "Generation", "Export", "OpenVINOBridge", "ONNXRuntimeBridge",
                "Quantization", "Transformer", "Checkpoints", "Tokenizers", "Compute", "Inference", "Kernels",
                "Tensors",
                "DynamicLibraries", "UntrustedInput",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md"], swiftSettings: swiftSettings),
        // Tests
        .target(
            name: "TestSupport", dependencies: ["Inference"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        tests("UntrustedInput"),
        tests("Tensors"),
        tests("Kernels", ["Tensors"] + instructionSetDependencies),
        tests("Checkpoints", ["Tensors", "UntrustedInput"]),
        tests("Tokenizers", ["UntrustedInput"]),
        tests("Compute", ["CScheduler", "Kernels", "Tensors"]),
        tests("Transformer", ["Checkpoints", "Compute", "Inference", "Tensors", "UntrustedInput"]),
        tests("Generation", ["Inference", "Tokenizers"]),
        .testTarget(
            name: "OpenVINOBridgeTests",
            dependencies: [
                "OpenVINOBridge", "Checkpoints", "DynamicLibraries", "Generation", "Inference", "Kernels", "Swiftlet",
                "Transformer", "UntrustedInput", "TestSupport",
            ], exclude: ["Fake"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ONNXRuntimeBridgeTests",
            dependencies: [
                "ONNXRuntimeBridge", "Checkpoints", "DynamicLibraries", "Generation", "Inference", "Swiftlet",
                "UntrustedInput", "TestSupport",
            ], exclude: ["Fake"], swiftSettings: swiftSettings),
        tests(
            "Quantization",
            ["Checkpoints", "Compute", "Kernels", "Tensors", "Tokenizers", "Transformer", "UntrustedInput"]),
        tests(
            "Export",
            [
                "Checkpoints", "Compute", "Kernels", "ONNXFormat", "Quantization", "Tensors", "Tokenizers",
                "Transformer", "UntrustedInput",
            ]),
        tests("Swiftlet", ["Generation", "Tokenizers", "Transformer", "Checkpoints", "Inference"]),
        tests(
            "ModelHub",
            [
                "UntrustedInput", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "Crypto", package: "swift-crypto"),
            ]),
        tests("Terminal"),
        tests(
            "CommandLineTool",
            ["Checkpoints", "Compute", "Kernels", "Quantization", "Swiftlet", "Tensors", "Transformer"]),
        .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: swiftSettings),
    ] + instructionSetTargets
)
