import ArgumentParser

/// A backend as users name it, with the model's folder where it needs one of its own: `cpu`, `openvino:GPU.0`, `onnxruntime:cpu=phi3-onnx`.
enum BackendSpec: Equatable, ExpressibleByArgument {
    case native
    case openVINO(device: String, folder: String? = nil)
    case onnxRuntime(provider: String, folder: String? = nil)

    init?(argument: String) {
        if argument == "cpu" {
            self = .native
            return
        }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let folder = parts.count > 1 ? parts[1] : nil
        guard folder?.isEmpty != true else { return nil }
        if let device = parts[0].wholeMatch(after: "openvino", or: "CPU"), !device.isEmpty {
            self = .openVINO(device: device, folder: folder)
        } else if let provider = parts[0].wholeMatch(after: "onnxruntime", or: "cpu"), !provider.isEmpty {
            self = .onnxRuntime(provider: provider, folder: folder)
        } else {
            return nil
        }
    }

    var isNative: Bool { self == .native }

    var name: String {
        switch self {
        case .native: "cpu"
        case .openVINO(let device, _): "openvino:\(device)"
        case .onnxRuntime(let provider, _): "onnxruntime:\(provider)"
        }
    }

    /// The folder that it was named with.
    var folder: String? {
        switch self {
        case .native: nil
        case .openVINO(_, let folder), .onnxRuntime(_, let folder): folder
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
            if part == "cpu" || ["openvino", "onnxruntime"].contains(where: part.hasPrefix) || names.isEmpty {
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
    /// What follows `name:`; the usual where only the name is given.
    fileprivate func wholeMatch(after name: String, or usual: String) -> String? {
        if self == name { return usual }
        return hasPrefix(name + ":") ? String(dropFirst(name.count + 1)) : nil
    }
}
