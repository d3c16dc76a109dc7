import ArgumentParser

/// A backend as users name it: `cpu`, `openvino:GPU.0`.
enum BackendSpec: Equatable, ExpressibleByArgument {
    case native
    case openVINO(device: String)

    init?(argument: String) {
        if argument == "cpu" {
            self = .native
            return
        }
        guard let device = argument.wholeMatch(after: "openvino"), !device.isEmpty else { return nil }
        self = .openVINO(device: device)
    }

    var isNative: Bool { self == .native }

    var name: String {
        switch self {
        case .native: "cpu"
        case .openVINO(let device): "openvino:\(device)"
        }
    }
}

/// Backends separated by commas. Devices have commas of their own (`openvino:HETERO:GPU,CPU`): what is no backend belongs to the one
/// before it.
struct BackendList: ExpressibleByArgument {
    let specs: [BackendSpec]

    init(_ specs: [BackendSpec]) { self.specs = specs }

    init?(argument: String) {
        var names: [String] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if part == "cpu" || part.hasPrefix("openvino") || names.isEmpty {
                names.append(part)
            } else {
                names[names.count - 1] += ",\(part)"
            }
        }
        let specs = names.compactMap { BackendSpec(argument: $0) }
        guard specs.count == names.count else { return nil }
        self.specs = specs
    }

    var defaultValueDescription: String { specs.map(\.name).joined(separator: ",") }
}

extension String {
    /// What follows `name:`; `CPU` where only the name is given.
    fileprivate func wholeMatch(after name: String) -> String? {
        if self == name { return "CPU" }
        return hasPrefix(name + ":") ? String(dropFirst(name.count + 1)) : nil
    }
}
