#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many threads can really run at once.
enum ProcessorCount {
    /// Physical cores among the processors this process may run on, no more than its control group's quota.
    ///
    /// A second thread on the same core shares its load ports and caches, so it slows a memory-bound kernel down.
    static func usablePhysicalCores() -> Int {
        #if os(Linux)
            let processors = allowedProcessors()
            // Two logical processors are the same core where they name the same siblings.
            let cores = Set(
                processors.map { processor in
                    SystemFile.text(of: "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
                        ?? "\(processor)"
                })
            let quota = controlGroupQuota() ?? Double(cores.count)
            return max(1, min(cores.count, Int(quota.rounded(.up)), Compute.maximumThreadCount))
        #else
            return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        #endif
    }

    #if os(Linux)
        private static func allowedProcessors() -> [Int] {
            guard let line = SystemFile.firstLine(of: "/proc/self/status", startingWith: "Cpus_allowed_list:"),
                let list = line.split(separator: ":").last
            else { return [0] }
            return processors(inList: list)
        }

        /// The numbers in a list such as `0-3,8,10-11`.
        static func processors(inList list: Substring) -> [Int] {
            list.split(separator: ",").flatMap { part -> [Int] in
                let bounds = part.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
                guard let first = bounds.first, let last = bounds.last, first <= last, last < 65_536 else { return [] }
                return Array(first...last)
            }
        }

        /// Processors' worth of time that the control group grants, nil where it sets no bound.
        private static func controlGroupQuota() -> Double? {
            let group = SystemFile.firstLine(of: "/proc/self/cgroup", startingWith: "0::")?.dropFirst(3) ?? "/"
            let unified = ["/sys/fs/cgroup\(group)/cpu.max", "/sys/fs/cgroup/cpu.max"]
            for path in unified {
                guard let words = SystemFile.text(of: path)?.split(whereSeparator: \.isWhitespace), words.count == 2
                else { continue }
                if let quota = Double(words[0]), let period = Double(words[1]), period > 0 { return quota / period }
            }
            guard
                let quota = SystemFile.text(of: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us").flatMap({
                    Double($0.prefix { $0 != "\n" })
                }),
                let period = SystemFile.text(of: "/sys/fs/cgroup/cpu/cpu.cfs_period_us").flatMap({
                    Double($0.prefix { $0 != "\n" })
                }),
                quota > 0, period > 0
            else { return nil }
            return quota / period
        }
    #endif
}
