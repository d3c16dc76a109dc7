import ModelHub

/// Where a model stands that a user named.
enum ModelLocation {
    /// The path of a file or folder, an existing path or what the name stands for in the caches.
    ///
    /// - Throws: exit status 66 with the command that would bring the model.
    static func resolve(_ name: String) throws -> String {
        try find(name).path
    }

    static func find(_ name: String) throws -> LocalModel {
        try HubCache.system.resolve(name)
    }
}
