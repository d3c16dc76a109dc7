import Foundation
import ModelHub
import Testing
import UntrustedInput

@Suite struct HubCacheTests {
    @Test func theEnvironmentNamesTheFolder() {
        func folder(_ environment: [String: String]) -> String { HubCache(environment: environment).folder }
        #expect(folder(["HOME": "/h"]) == "/h/.cache/huggingface/hub")
        #expect(folder(["HOME": "/h", "XDG_CACHE_HOME": "/c"]) == "/c/huggingface/hub")
        #expect(folder(["HOME": "/h", "XDG_CACHE_HOME": "/c", "HF_HOME": "/f"]) == "/f/hub")
        #expect(folder(["HF_HOME": "/f", "HF_HUB_CACHE": "/x"]) == "/x")
        #expect(folder(["HOME": "/h", "HF_HUB_CACHE": ""]) == "/h/.cache/huggingface/hub")
        #expect(HubCache(environment: ["HOME": "/h"]).localFolders == ["weights", "/h/.local/share/swiftlet"])
        #expect(HubCache(environment: ["XDG_DATA_HOME": "/d"]).localFolders == ["weights", "/d/swiftlet"])
    }

    @Test func theEnvironmentConfiguresTheClient() {
        let configuration = HubClient.Configuration(environment: [
            "HF_ENDPOINT": "https://mirror.example/", "HF_TOKEN": "t", "HF_HUB_OFFLINE": "true", "HTTPS_PROXY": "p:1",
        ])
        #expect(configuration.endpoint == "https://mirror.example")
        #expect(configuration.token == "t")
        #expect(configuration.isOffline)
        #expect(configuration.proxy == "p:1")
        let plain = HubClient.Configuration(environment: ["HF_TOKEN": "", "HF_HUB_OFFLINE": "0"])
        #expect(plain.endpoint == "https://huggingface.co")
        #expect(plain.token == nil)
        #expect(!plain.isOffline)
    }

    @Test(arguments: [
        "a", "a/b/c", "/b", "a/", "../b", "a/..", "a/.b", "-a/b", "a/b--c", "a b/c", "a/b:", "a/b:../c", "a\\b/c",
        "ä/b", "a/b\0",
        String(repeating: "a", count: 97) + "/b",
    ])
    func whatIsNoNameIsRefused(text: String) { #expect(ModelName(text) == nil) }

    @Test func namesAreRead() throws {
        let name = try #require(ModelName("microsoft/Phi-3-mini-4k-instruct-gguf:q4"))
        #expect((name.organisation, name.name, name.selector) == ("microsoft", "Phi-3-mini-4k-instruct-gguf", "q4"))
        #expect(name.description == "microsoft/Phi-3-mini-4k-instruct-gguf:q4")
        #expect(ModelName("a/b:sub/x.gguf")?.selector == "sub/x.gguf")
    }

    @Test func namesAreBounded() {
        #expect(ModelName("a/" + String(repeating: "b", count: Limits.hubNameBytes)) != nil)
        #expect(ModelName("a/" + String(repeating: "b", count: Limits.hubNameBytes + 1)) == nil)
        func file(depth: Int) -> String { Array(repeating: "f", count: depth).joined(separator: "/") }
        #expect(ModelName("a/b:" + file(depth: Limits.hubPathDepth)) != nil)
        #expect(ModelName("a/b:" + file(depth: Limits.hubPathDepth + 1)) == nil)
        func file(bytes: Int) -> String {
            let folders = String(repeating: String(repeating: "f", count: 199) + "/", count: 5)
            return folders + String(repeating: "f", count: bytes - folders.utf8.count)
        }
        #expect(ModelName("a/b:" + file(bytes: Limits.hubPathBytes)) != nil)
        #expect(ModelName("a/b:" + file(bytes: Limits.hubPathBytes + 1)) == nil)
    }

    /// A cache with one GGUF repository of several files and one folder of safetensors.
    private func cache() throws -> (HubCache, TemporaryFolder) {
        let folder = try TemporaryFolder()
        let gguf = "hub/models--m--many/snapshots/c2"
        for file in [
            "x-Q8_0.gguf", "x-Q4_K_M.gguf", "x-q4_0.gguf", "mmproj-x.gguf", "big-f16-00001-of-00002.gguf",
            "big-f16-00002-of-00002.gguf",
        ] { try folder.write([1, 2, 3], to: "\(gguf)/\(file)") }
        try folder.write([1], to: "hub/models--m--many/snapshots/c1/old.gguf")
        try folder.write(Array("c2\n".utf8), to: "hub/models--m--many/refs/main")
        for file in ["config.json", "model.safetensors", "tokenizer.json"] {
            try folder.write([1, 2], to: "hub/models--m--one/snapshots/c/\(file)")
        }
        try folder.write([1], to: "weights/local-q4_1.gguf")
        try folder.write([1], to: "weights/README.md")
        try folder.write([1], to: "weights/set/config.json")
        try folder.write([1], to: "weights/set/model.safetensors")
        return (HubCache(folder: folder.path + "/hub", localFolders: [folder.path + "/weights"]), folder)
    }

    @Test(arguments: [
        ("m/many", "x-Q4_K_M.gguf"), ("m/many:q8_0", "x-Q8_0.gguf"), ("m/many:Q4_0", "x-q4_0.gguf"),
        ("m/many:q4_k_m", "x-Q4_K_M.gguf"), ("m/many:f16", "big-f16-00001-of-00002.gguf"),
        ("m/many:x-Q8_0.gguf", "x-Q8_0.gguf"), ("m/many:old.gguf", "old.gguf"),
        ("local-q4_1.gguf", "local-q4_1.gguf"), ("local-q4_1", "local-q4_1.gguf"),
        ("anyone/local-q4_1", "local-q4_1.gguf"),
        ("m/one", "c"), ("set", "set"),
    ])
    func namesFindTheirFile(name: String, file: String) throws {
        let (cache, folder) = try cache()
        let model = try cache.resolve(name)
        #expect((model.path as NSString).lastPathComponent == file)
        #expect(model.kind == (file.hasSuffix(".gguf") ? .gguf : .folder))
        #expect(model.path.hasPrefix(folder.path))
    }

    @Test func aPathThatExistsIsItself() throws {
        let (cache, folder) = try cache()
        #expect(try cache.resolve(folder.path + "/weights/README.md").path == folder.path + "/weights/README.md")
        #expect(try cache.resolve(folder.path + "/weights/set").kind == .folder)
        #expect(try cache.resolve(folder.path + "/hub").kind == .folder)
    }

    @Test func aMissingModelNamesTheCommand() throws {
        let (cache, folder) = try cache()
        #expect {
            try cache.resolve("m/none")
        } throws: { error in
            "\(error)".contains("swiftlet pull m/none") && "\(error)".contains(folder.path + "/hub")
        }
        #expect(throws: HubError.modelNotFound(name: "../weights/none", searched: [cache.folder] + cache.localFolders))
        {
            try cache.resolve("../weights/none")
        }
        #expect {
            try cache.resolve("m/many:q2_k")
        } throws: { error in
            if case HubError.noMatchingFile("m/many", "q2_k", _) = error { true } else { false }
        }
    }

    @Test func aLinkThatLeadsNowhereIsNoModel() throws {
        let (cache, folder) = try cache()
        let snapshot = folder.path + "/hub/models--m--gone/snapshots/c"
        try FileManager.default.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: snapshot + "/x-q4.gguf", withDestinationPath: "../../blobs/none")
        #expect(throws: HubError.self) { try cache.resolve("m/gone") }
    }

    @Test func everythingIsListed() throws {
        let (cache, folder) = try cache()
        let models = cache.list()
        #expect(
            models.map(\.name) == [
                "local-q4_1.gguf", "m/many:big-f16-00001-of-00002.gguf", "m/many:x-Q4_K_M.gguf", "m/many:x-Q8_0.gguf",
                "m/many:x-q4_0.gguf", "m/one", "set",
            ])
        #expect(models.map(\.size) == [1, 6, 3, 3, 3, 6, 2])
        for model in models {
            #expect(model.path.hasPrefix(folder.path))
            #expect(try cache.resolve(model.name).path == model.path)
        }
    }
}
