#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The last step of writing a file aside: one system call that puts the new file in the place of the old, whole or not
/// at all, while whoever has the old one mapped keeps it.
public enum FileReplacement {
    /// - Parameters:
    ///   - path: the file to replace; it need not be there.
    ///   - aside: the new file, on the same file system, written and synced.
    public static func replace(_ path: String, with aside: String) throws(MappedFileError) {
        guard unsafe rename(aside, path) == 0 else {
            throw MappedFileError(path: path, call: "rename", code: errno)
        }
    }
}
