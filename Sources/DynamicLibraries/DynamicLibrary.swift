#if os(Windows)
    import WinSDK
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A library that is opened at run time, and whatever it needs with it.
///
/// It is never closed: threads that it started may still run in it.
@safe package struct DynamicLibrary: @unchecked Sendable {
    package let path: String
    private let handle: UnsafeMutableRawPointer

    /// - Throws: ``LibraryError/notOpened(path:reason:)``.
    package init(_ path: String) throws(LibraryError) {
        #if os(Windows)
            // What it needs stands beside it: DirectML.dll, for one.
            let handle = unsafe path.withCString {
                unsafe LoadLibraryExA($0, nil, DWORD(LOAD_WITH_ALTERED_SEARCH_PATH))
            }
            let reason = { "error \(GetLastError())" }
        #else
            let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL)
            let reason = { unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given" }
        #endif
        guard let handle = unsafe handle else { throw .notOpened(path: path, reason: reason()) }
        self.path = path
        unsafe self.handle = UnsafeMutableRawPointer(handle)
    }

    /// Whether the system finds a library by its bare name, as a plugin would.
    package static func canOpen(_ name: String) -> Bool {
        #if os(Windows)
            unsafe name.withCString { unsafe LoadLibraryA($0) } != nil
        #else
            unsafe dlopen(name, RTLD_LAZY | RTLD_LOCAL) != nil
        #endif
    }

    /// A function of the library.
    ///
    /// - Parameter type: the `@convention(c)` type that the library's header gives it; nothing can check it.
    /// - Returns: nil where the library has none of the name.
    package func function<Function>(_ name: String, as type: Function.Type) -> Function? {
        #if os(Windows)
            let address = unsafe GetProcAddress(handle.assumingMemoryBound(to: HINSTANCE__.self), name)
        #else
            let address = unsafe dlsym(handle, name)
        #endif
        guard let address = unsafe address else { return nil }
        return unsafe unsafeBitCast(address, to: Function.self)
    }

    /// A function that the library must have.
    ///
    /// - Throws: ``LibraryError/missingFunction(path:name:)``.
    package func require<Function>(_ name: String, as type: Function.Type) throws(LibraryError) -> Function {
        guard let function = function(name, as: type) else { throw .missingFunction(path: path, name: name) }
        return function
    }
}
