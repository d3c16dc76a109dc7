/// The sizes of the caches that data pass on their way from memory.
package enum CacheSizes {
    /// Bytes of the data caches of the first processor, nearest first; those of a common PC where the system does not
    /// tell.
    package static let bytes: [Int] = {
        let folder = "/sys/devices/system/cpu/cpu0/cache/index"
        var found: [Int: Int] = [:]
        for index in 0..<8 {
            guard let type = line("\(folder)\(index)/type"), type == "Data" || type == "Unified",
                let level = line("\(folder)\(index)/level").flatMap({ Int($0) }),
                let size = line("\(folder)\(index)/size").flatMap(bytes)
            else { continue }
            found[level] = size
        }
        let sizes = found.sorted { $0.key < $1.key }.map(\.value)
        return sizes.isEmpty ? [32 << 10, 512 << 10, 16 << 20] : sizes
    }()

    private static func line(_ path: String) -> Substring? {
        SystemFile.text(of: path)?.split(separator: "\n").first
    }

    /// A size as Linux writes it: `32K`.
    static func bytes(_ text: Substring) -> Int? {
        guard let last = text.last else { return nil }
        switch last {
        case "K": return Int(text.dropLast()).map { $0 << 10 }
        case "M": return Int(text.dropLast()).map { $0 << 20 }
        default: return Int(text)
        }
    }
}
