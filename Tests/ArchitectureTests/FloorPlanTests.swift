import Testing

/// A module imports only from floors below it.
@Suite struct FloorPlanTests {
    private let files = SourceFile.product

    @Test("every module of Sources stands on a floor")
    func everyModuleHasAFloor() {
        #expect(files.count > 20)
        for module in Set(files.map(\.module)) {
            #expect(FloorPlan.floor(of: module) != nil, "\(module) has no floor: add it to FloorPlan.swift")
        }
    }

    @Test("imports go down")
    func importsGoDown() {
        for file in files {
            for name in file.imports where !FloorPlan.standardLibrary.contains(name) {
                let isAllowed =
                    FloorPlan.floor(of: name) == nil
                    ? FloorPlan.outside[file.module]?.contains(name) == true
                    : FloorPlan.allows(file.module, toUse: name)
                #expect(isAllowed, "\(file.path) imports \(name)")
            }
        }
    }

    @Test("Package.swift declares what is imported, and nothing upwards")
    func manifestAgrees() throws {
        let declared = try Manifest().dependencies
        for (target, dependencies) in declared where FloorPlan.floor(of: target) != nil {
            for dependency in dependencies {
                #expect(FloorPlan.allows(target, toUse: dependency), "\(target) depends on \(dependency)")
            }
        }
        // The compiler finds a module that some other target built: only the declaration makes the order sure.
        for file in files {
            let known = try #require(declared[file.module], "\(file.module) is not in Package.swift")
            for name in file.imports where FloorPlan.floor(of: name) != nil && name != "CIntrinsics" {
                #expect(known.contains(name), "\(file.path) imports \(name), which \(file.module) does not declare")
            }
        }
    }

    @Test("the C intrinsics are seen by instruction-set targets alone")
    func intrinsicsStayInside() {
        for file in files where file.imports.contains("CIntrinsics") {
            #expect(FloorPlan.instructionSets.contains(file.module), "\(file.path)")
        }
    }

    @Test("import lines are read in all their forms")
    func importForms() {
        let file = SourceFile(
            path: "Sources/X/x.swift",
            text: "import A\npublic import B\n@preconcurrency internal import struct C.D\n// import E\n    import F\n")
        #expect(file.imports == ["A", "B", "C", "F"])
    }

    @Test("the manifest is read in all its forms")
    func manifestForms() {
        let manifest = Manifest(
            text: """
                .target(name: "A", dependencies: ["B"], swiftSettings: s)
                library("C", ["A", "B"] + instructionSetDependencies),
                library(
                    "D", ["A", .product(name: "P", package: "p")]), library("E"),
                .library(name: "D", targets: ["D"]),
                """)
        let expected: [String: Set<String>] = [
            "A": ["B"], "C": ["A", "B", "KernelsAVX2", "KernelsAVX512"], "D": ["A"], "E": [],
        ]
        #expect(manifest.dependencies == expected)
    }
}
