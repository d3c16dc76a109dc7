import Foundation

extension ModelFolder {
    /// Compiles the model; where the device's shapes may vary, with a head that runs only for the rows wanted.
    ///
    /// The changed text goes to OpenVINO as a file that is gone afterwards. A device that does not take the change gets the
    /// model as it is.
    func compile(
        with runtime: OpenVINORuntime, _ settings: DeviceSettings
    ) throws(OpenVINOError) -> (model: CompiledModel, selectsRows: Bool) {
        if !settings.isStatic, let changed = document.selectingRows(), let path = Self.write(changed) {
            defer { try? FileManager.default.removeItem(atPath: path) }
            let model = try? runtime.compile(
                xml: path, bin: binPath, file: xmlPath, device: settings.device, settings: settings.settings)
            if let model { return (model, true) }
        }
        let model = try runtime.compile(
            xml: xmlPath, bin: binPath, file: xmlPath, device: settings.device, settings: settings.settings)
        return (model, false)
    }

    /// Compiles the model so that it shows its cache.
    ///
    /// - Throws: ``OpenVINOError/wrongInterface(file:name:found:expected:)`` where its states are not a decoder's.
    func compileShowingCache(
        with runtime: OpenVINORuntime, _ settings: DeviceSettings, layerCount: Int
    ) throws -> (model: CompiledModel, selectsRows: Bool, parts: [IRDocument.CachePart]) {
        let selecting = document.selectingRows()
        let document = try selecting.map { try IRDocument($0, file: xmlPath) } ?? document
        guard let (text, parts) = document.showingCache(layerCount: layerCount) else {
            throw OpenVINOError.wrongInterface(
                file: xmlPath, name: "past_key_values", found: "\(document.states.count) states with other names",
                expected: "keys and values of \(layerCount) layers")
        }
        guard let path = Self.write(text) else {
            throw OpenVINOError.unreadableModel(file: xmlPath, detail: "no temporary file could be written")
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let model = try runtime.compile(
            xml: path, bin: binPath, file: xmlPath, device: settings.device, settings: settings.settings)
        return (model, selecting != nil, parts)
    }

    private static func write(_ text: [UInt8]) -> String? {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("swiftlet-\(UUID().uuidString).xml").path
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data(text), attributes: [.posixPermissions: 0o600])
        return isWritten ? path : nil
    }
}
