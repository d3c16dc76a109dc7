package import DynamicLibraries

/// What a session is made with: what suits one conversation at a time, and over it what the user says.
package struct SessionSettings {
    package let provider: ExecutionProvider
    /// Threads of the CPU's operations.
    let threads: Int
    package let configuration: [LibrarySetting]
    package let providerSettings: [LibrarySetting]

    /// Where the library looks for the file of weights, when it is given a model's text.
    static let weightsFolder = "session.model_external_initializers_file_folder_path"
    /// Has the library remember which provider computes which operation.
    static let recordsAssignment = "session.record_ep_graph_assignment_info"

    /// - Parameters:
    ///   - folder: of the model's files.
    ///   - tellsAssignment: whether the library can tell which provider computes what.
    /// - Throws: ``ONNXRuntimeError/noSuchProvider(name:available:)``, ``ONNXRuntimeError/invalidSetting(name:found:expected:)``.
    package init(
        _ options: ONNXRuntimeOptions, available: [String], threads: Int, folder: String, tellsAssignment: Bool = false
    ) throws(ONNXRuntimeError) {
        provider = try ExecutionProvider.find(options.provider, among: available)
        self.threads = threads
        for setting in options.settings where setting.value.isEmpty {
            throw .invalidSetting(name: setting.name, found: "nothing", expected: "a value")
        }
        let users = options.settings.filter { $0.name.contains(".") }
        var own = [LibrarySetting(Self.weightsFolder, folder)]
        if tellsAssignment, provider != .cpu { own.append(LibrarySetting(Self.recordsAssignment, "1")) }
        configuration = own.filter { setting in !users.contains { $0.name == setting.name } } + users
        providerSettings = options.settings.filter { !$0.name.contains(".") }
        guard providerSettings.isEmpty || provider != .cpu else {
            throw .invalidSetting(
                name: providerSettings[0].name, found: "a setting for the provider cpu",
                expected: "a setting of the session, with a dot in its name, or another provider")
        }
    }
}
