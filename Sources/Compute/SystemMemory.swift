import Foundation

/// How much memory this process may still take, the limits of its container respected.
public enum SystemMemory {
    /// Bytes that can be allocated without swapping; nil where the system does not tell.
    public static var availableBytes: Int? {
        [machineAvailable(), containerAvailable()].compactMap { $0 }.min()
    }

    /// `MemAvailable` of `/proc/meminfo`: free memory and the caches that the kernel would give up for it.
    private static func machineAvailable() -> Int? {
        guard let text = read("/proc/meminfo") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        return nil
    }

    /// What the control group (version 2) has left, its page cache counted as free.
    private static func containerAvailable() -> Int? {
        let folder = "/sys/fs/cgroup/"
        guard let limit = read(folder + "memory.max").flatMap(number),
            let used = read(folder + "memory.current")
                .flatMap(number)
        else { return nil }
        let cache =
            read(folder + "memory.stat")?.split(separator: "\n").first { $0.hasPrefix("inactive_file ") }
            .flatMap { Int($0.dropFirst("inactive_file ".count)) } ?? 0
        return max(0, limit - used + cache)
    }

    private static func number(_ text: String) -> Int? {
        Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
