internal import DynamicLibraries

/// ONNX Runtime's library, opened: the door to everything else.
@safe public final class ONNXRuntime: @unchecked Sendable {
    public let path: String
    public let version: ONNXRuntimeVersion
    let functions: Functions
    private let environment: Functions.Handle
    let allocator: Functions.Handle

    /// Finds and opens the library.
    ///
    /// - Parameter library: a path that the user names; nil for the environment and the usual places.
    /// - Throws: what is missing: ``ONNXRuntimeError/libraryNotFound(searched:)`` and the three cases after it.
    public convenience init(library: String? = nil) throws(ONNXRuntimeError) {
        try self.init(path: try ONNXRuntimeLocation().find(library))
    }

    package init(path: String) throws(ONNXRuntimeError) {
        (version, functions) = try Self.open(path)
        let functions = functions
        do throws(CallFailure) {
            let environment = try unsafe functions.make {
                unsafe functions.createEnvironment(
                    LibraryLog.function, nil, LibraryLog.leastSeverity, "swiftlet", $0)
            }
            // Windows' builds would report to their maker.
            try? unsafe functions.check(functions.disableTelemetry(environment))
            unsafe self.environment = environment
            unsafe allocator = try unsafe functions.make { unsafe functions.defaultAllocator($0) }
        } catch {
            throw .libraryNotOpened(path: path, reason: error.message)
        }
        self.path = path
    }

    deinit { unsafe functions.freeEnvironment(environment) }

    private static func open(_ path: String) throws(ONNXRuntimeError) -> (ONNXRuntimeVersion, Functions) {
        typealias GetBase = @convention(c) () -> UnsafeRawPointer?
        typealias GetTable = @convention(c) (UInt32) -> UnsafeRawPointer?
        typealias GetVersion = @convention(c) () -> Functions.Text?
        let base: UnsafeRawPointer?
        do throws(LibraryError) {
            unsafe base = try unsafe DynamicLibrary(path).require("OrtGetApiBase", as: GetBase.self)()
        } catch {
            throw ONNXRuntimeError(error)
        }
        let minimum = "1.\(ONNXRuntimeVersion.minimumMinor)"
        // {const OrtApi *GetApi(uint32_t); const char *GetVersionString()}
        let size = unsafe MemoryLayout<UnsafeRawPointer>.size
        guard let base = unsafe base,
            let text = unsafe base.load(fromByteOffset: size, as: GetVersion?.self)?()
        else {
            throw .unsupportedVersion(path: path, found: "without a version", minimum: minimum)
        }
        // Before anything else: a table that is shorter than what is read from it would be read past its end.
        let version = ONNXRuntimeVersion(unsafe String(cString: text))
        guard version.isSupported else {
            throw .unsupportedVersion(path: path, found: version.description, minimum: minimum)
        }
        let api = version.tellsAssignment ? ONNXRuntimeVersion.assignmentMinor : ONNXRuntimeVersion.minimumMinor
        guard let table = unsafe base.load(as: GetTable?.self)?(UInt32(api)) else {
            throw .unsupportedVersion(path: path, found: "\(version) without API \(api)", minimum: minimum)
        }
        return unsafe (version, Functions(table, tellsAssignment: version.tellsAssignment))
    }

    /// The providers that the library was built with, by its names for them: `CPUExecutionProvider`.
    public func availableProviders() -> [String] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        var count: Int32 = 0
        guard (try? unsafe functions.check(functions.availableProviders(&names, &count))) != nil,
            let list = unsafe names
        else { return [] }
        defer { try? unsafe functions.check(functions.freeProviders(UnsafeMutableRawPointer(list), count)) }
        return (0..<Int(count)).compactMap { unsafe list[$0].map { unsafe String(cString: $0) } }
    }

    // MARK: Sessions

    /// Makes a session of a model.
    ///
    /// - Parameters:
    ///   - model: its text, or nil for the file itself.
    ///   - file: where it stands, and what errors name.
    /// - Throws: ``ONNXRuntimeError/unreadableModel(file:detail:)``, ``ONNXRuntimeError/sessionFailed(provider:file:detail:)``,
    ///   ``ONNXRuntimeError/invalidSetting(name:found:expected:)``.
    func makeSession(
        model: [UInt8]?, file: String, settings: SessionSettings
    ) throws(ONNXRuntimeError) -> Session {
        do throws(CallFailure) {
            let options = try unsafe functions.make { unsafe functions.createOptions($0) }
            defer { unsafe functions.freeOptions(options) }
            try unsafe apply(settings, to: options)
            let handle = try unsafe functions.make { result in
                if let model {
                    return unsafe model.withUnsafeBytes {
                        unsafe functions.createSessionFromArray(environment, $0.baseAddress, $0.count, options, result)
                    }
                }
                #if os(Windows)
                    let path = Array(file.utf16) + [0]
                    return unsafe functions.createSession(environment, path, options, result)
                #else
                    return unsafe functions.createSession(environment, file, options, result)
                #endif
            }
            return unsafe Session(runtime: self, handle: handle, provider: settings.provider)
        } catch {
            if CallFailure.ofModels.contains(error.code) { throw .unreadableModel(file: file, detail: error.message) }
            throw .sessionFailed(provider: settings.provider.name, file: file, detail: error.message)
        }
    }

    private func apply(_ settings: SessionSettings, to options: Functions.Handle) throws(CallFailure) {
        // Every token has other shapes: what would be planned for them is of no use to the next.
        try unsafe functions.check(functions.disableMemoryPattern(options))
        try unsafe functions.check(functions.setThreads(options, Int32(settings.threads)))
        for entry in settings.configuration {
            try unsafe functions.check(functions.addConfigEntry(options, entry.name, entry.value))
        }
        guard settings.provider != .cpu else { return }
        let names = CTexts(settings.providerSettings.map(\.name))
        let values = CTexts(settings.providerSettings.map(\.value))
        let count = settings.providerSettings.count
        let objects =
            unsafe settings.provider == .cuda
            ? functions.cuda
            : settings.provider == .tensorRT ? functions.tensorRT : nil
        guard let objects = unsafe objects else {
            return try LibraryLog.explaining { () throws(CallFailure) in
                let status = unsafe names.withPointers { names in
                    unsafe values.withPointers { values in
                        unsafe functions.appendProvider(options, settings.provider.shortName, names, values, count)
                    }
                }
                try unsafe functions.check(status)
            }
        }
        let object = try unsafe functions.make { unsafe objects.create($0) }
        defer { unsafe objects.free(object) }
        let status = unsafe names.withPointers { names in
            unsafe values.withPointers { values in unsafe objects.update(object, names, values, count) }
        }
        try unsafe functions.check(status)
        try LibraryLog.explaining { () throws(CallFailure) in
            try unsafe functions.check(objects.append(options, object))
        }
    }
}
