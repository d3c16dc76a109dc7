import Foundation

/// The machine's processor, for reports.
enum Processor {
    /// Its name as the maker writes it.
    static var name: String {
        #if os(Linux)
            let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
            return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
        #else
            return ProcessInfo.processInfo.processorName
        #endif
    }
}

#if !os(Linux)
    extension ProcessInfo {
        fileprivate var processorName: String { "Apple silicon or Intel, \(processorCount) cores" }
    }
#endif
