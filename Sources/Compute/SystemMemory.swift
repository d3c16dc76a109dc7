/// How much memory this process may still take, the limits of its container respected.
public enum SystemMemory {
    /// Bytes that can be allocated without swapping; nil where the system does not tell.
    public static var availableBytes: Int? {
        [machineAvailable(), containerAvailable()].compactMap { $0 }.min()
    }

    /// The most bytes that this process has had in memory at once, mapped files included; nil where the system does
    /// not tell.
    public static var peakBytes: Int? {
        SystemFile.firstLine(of: "/proc/self/status", startingWith: "VmHWM:")?.split(separator: " ")
            .compactMap { Int($0) }.last.map { $0 << 10 }
    }

    /// Lets ``peakBytes`` begin again from what is in memory now. Some containers do not permit it; the peak then
    /// stays what it was.
    public static func resetPeak() {
        SystemFile.write("5", to: "/proc/self/clear_refs")
    }

    /// `MemAvailable` of `/proc/meminfo`: free memory and the caches that the kernel would give up for it.
    private static func machineAvailable() -> Int? {
        SystemFile.firstLine(of: "/proc/meminfo", startingWith: "MemAvailable:").flatMap(lastNumber)
            .map { $0 << 10 }
    }

    /// What the control group (version 2) has left, its page cache counted as free.
    private static func containerAvailable() -> Int? {
        let folder = "/sys/fs/cgroup/"
        guard let limit = number(in: folder + "memory.max"), let used = number(in: folder + "memory.current") else {
            return nil
        }
        let cache = SystemFile.firstLine(of: folder + "memory.stat", startingWith: "inactive_file ").flatMap(lastNumber)
        return max(0, limit - used + (cache ?? 0))
    }

    private static func number(in path: String) -> Int? {
        SystemFile.firstLine(of: path, startingWith: "").flatMap(lastNumber)
    }

    /// The last whole number of a line such as `MemAvailable:   1234 kB` or `inactive_file 1234`.
    private static func lastNumber(_ line: Substring) -> Int? {
        line.split(separator: " ").compactMap { Int($0) }.last
    }
}
