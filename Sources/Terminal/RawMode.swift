#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif
import Synchronization

/// Raw mode of terminals, which is always undone: by ``leave(_:)``, or by ``restoreAll()`` when the process goes.
public enum RawMode {
    /// The settings that were found on each descriptor now in raw mode.
    private static let saved = Mutex<[Int32: termios]>([:])

    private static let pasteOn = "\u{1B}[?2004h"
    private static let pasteOff = "\u{1B}[?2004l"

    /// Keys come one at a time, unechoed, Ctrl-C among them; pasted text comes in brackets.
    ///
    /// - Returns: false where the descriptor is no terminal.
    static func enter(_ descriptor: Int32, drawingOn output: Int32) -> Bool {
        var settings = termios()
        guard unsafe tcgetattr(descriptor, &settings) == 0 else { return false }
        let original = settings
        unsafe cfmakeraw(&settings)
        let isSet = saved.withLock { saved in
            guard unsafe tcsetattr(descriptor, TCSADRAIN, &settings) == 0 else { return false }
            if saved[descriptor] == nil { saved[descriptor] = original }
            return true
        }
        if isSet { FileDescriptor.write(pasteOn, to: output) }
        return isSet
    }

    static func leave(_ descriptor: Int32, drawingOn output: Int32) {
        guard restore(descriptor) else { return }
        FileDescriptor.write(pasteOff, to: output)
    }

    /// Gives every terminal back as it was found. For the way out of a process, from any thread.
    public static func restoreAll() {
        for descriptor in saved.withLock({ Array($0.keys) }) where restore(descriptor) {
            FileDescriptor.write(pasteOff + "\r\n", to: 2)
        }
    }

    private static func restore(_ descriptor: Int32) -> Bool {
        saved.withLock { saved in
            guard var original = saved.removeValue(forKey: descriptor) else { return false }
            unsafe tcsetattr(descriptor, TCSADRAIN, &original)
            return true
        }
    }
}
