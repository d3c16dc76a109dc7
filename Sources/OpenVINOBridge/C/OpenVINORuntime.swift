internal import DynamicLibraries

/// OpenVINO's library, opened, with a core of it: the door to everything else.
@safe public final class OpenVINORuntime: @unchecked Sendable {
    public let path: String
    public let version: RuntimeVersion
    let functions: Functions
    private let core: Functions.Handle

    /// Finds and opens the library.
    ///
    /// - Parameter library: a path that the user names; nil for the environment and the usual places.
    /// - Throws: what is missing: ``OpenVINOError/libraryNotFound(searched:)`` and the three cases after it.
    public convenience init(library: String? = nil) throws(OpenVINOError) {
        try self.init(path: try LibraryLocation().find(library))
    }

    package init(path: String) throws(OpenVINOError) {
        let (version, functions) = try Self.open(path)
        let core: Functions.Handle
        do throws(CallFailure) {
            unsafe core = try unsafe functions.make { unsafe functions.createCore($0) }
        } catch {
            throw .libraryNotOpened(path: path, reason: error.message)
        }
        self.path = path
        self.version = version
        self.functions = functions
        unsafe self.core = core
    }

    deinit { unsafe functions.freeCore(core) }

    private static func open(_ path: String) throws(OpenVINOError) -> (RuntimeVersion, Functions) {
        do {
            let library = try DynamicLibrary(path)
            // Before anything else: in an older version the other functions may mean something else.
            let version = try version(of: library)
            guard let version, version.isSupported else {
                throw OpenVINOError.unsupportedVersion(
                    path: path, found: version?.description ?? "without a version",
                    minimum: "\(RuntimeVersion.minimumYear).0")
            }
            return (version, try Functions(library))
        } catch let error as LibraryError {
            throw OpenVINOError(error)
        } catch let error as OpenVINOError {
            throw error
        } catch {
            throw .libraryNotOpened(path: path, reason: "\(error)")
        }
    }

    /// nil where it tells none.
    private static func version(of library: DynamicLibrary) throws(LibraryError) -> RuntimeVersion? {
        typealias Call = @convention(c) (UnsafeMutableRawPointer) -> Int32
        typealias Free = @convention(c) (UnsafeMutableRawPointer) -> Void
        let call = unsafe try library.require("ov_get_openvino_version", as: Call.self)
        let free = unsafe try library.require("ov_version_free", as: Free.self)
        // {const char *build; const char *description}
        var texts: (UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (nil, nil)
        let status = unsafe call(&texts)
        guard status == 0, let build = unsafe texts.0 else { return nil }
        defer { unsafe free(&texts) }
        return RuntimeVersion(build: unsafe String(cString: build))
    }

    // MARK: Devices

    /// The devices that plugins found on this machine: `CPU`, `GPU.0`, `NPU`.
    public func availableDevices() -> [String] {
        // {char **names; size_t count}
        var list: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, Int) = (nil, 0)
        guard unsafe functions.availableDevices(core, &list) == 0 else { return [] }
        defer { unsafe functions.freeDevices(&list) }
        guard let names = unsafe list.0 else { return [] }
        return unsafe (0..<list.1).compactMap { unsafe names[$0].map { unsafe String(cString: $0) } }
    }

    /// What a device tells of itself; nil where it does not know the property.
    public func property(_ name: String, of device: String) -> String? {
        try? unsafe functions.text { unsafe functions.coreProperty(core, device, name, $0) }
    }

    // MARK: Models

    /// Reads a model and compiles it for a device.
    ///
    /// - Parameters:
    ///   - xml: the operations; `bin`: the constants.
    ///   - settings: OpenVINO's properties, by their names.
    /// - Throws: ``OpenVINOError/unreadableModel(file:detail:)``, ``OpenVINOError/compileFailed(device:file:detail:)``; errors name `file`.
    package func compile(
        xml: String, bin: String, file: String, device: String, settings: [OpenVINOSetting]
    ) throws(OpenVINOError) -> CompiledModel {
        let model: Functions.Handle
        do throws(CallFailure) {
            unsafe model = try unsafe functions.make { unsafe functions.readModel(core, xml, bin, $0) }
        } catch {
            throw .unreadableModel(file: file, detail: error.message)
        }
        defer { unsafe functions.freeModel(model) }
        do throws(CallFailure) {
            return unsafe CompiledModel(
                runtime: self, handle: try compile(model, for: device, settings), device: device)
        } catch {
            throw .compileFailed(device: device, file: file, detail: error.message)
        }
    }

    private func compile(
        _ model: Functions.Handle, for device: String, _ settings: [OpenVINOSetting]
    ) throws(CallFailure) -> Functions.Handle {
        let texts = CTexts(settings.flatMap { [$0.name, $0.value] }, capacity: 2 * Functions.variadicPairs)
        switch unsafe functions.compile {
        case .properties(let call):
            return try unsafe functions.make { result in
                unsafe texts.withPointers { unsafe call(core, model, device, settings.count, $0, result) }
            }
        case .variadic(let call):
            guard settings.count <= Functions.variadicPairs else {
                throw CallFailure(
                    status: -14,
                    message: "OpenVINO \(version) takes at most \(Functions.variadicPairs) settings this way")
            }
            return try unsafe functions.make { result in
                unsafe texts.withPointers { t in
                    unsafe call(
                        core, model, device, 2 * settings.count, result,
                        t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13],
                        t[14], t[15], t[16], t[17], t[18], t[19], t[20], t[21], t[22], t[23], t[24], t[25], t[26],
                        t[27], t[28], t[29], t[30], t[31])
                }
            }
        }
    }
}
