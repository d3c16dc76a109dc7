import Foundation

/// Writes the small parts of the cache, each whole or not at all.
enum CacheWriter {
    static func makeFolder(_ path: String) throws(HubError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw failure(error, path: path)
        }
    }

    /// Links `snapshot/path` to its blob by a relative link, as the cache can be moved.
    static func link(_ path: String, blob: String, snapshot: String) throws(HubError) {
        let place = "\(snapshot)/\(path)"
        let depth = path.split(separator: "/").count - 1
        let target = String(repeating: "../", count: depth + 2) + "blobs/\(blob)"
        try makeFolder((place as NSString).deletingLastPathComponent)
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) == target { return }
        let aside = "\(place).\(UUID().uuidString)"
        do {
            try FileManager.default.createSymbolicLink(atPath: aside, withDestinationPath: target)
        } catch {
            throw failure(error, path: aside)
        }
        try move(aside, to: place)
    }

    static func write(_ text: String, to path: String) throws(HubError) {
        try makeFolder((path as NSString).deletingLastPathComponent)
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw failure(error, path: path)
        }
    }

    /// Renames; what stood there before is replaced in the same instant.
    static func move(_ source: String, to target: String) throws(HubError) {
        guard unsafe rename(source, target) == 0 else {
            throw .cannotWrite(path: target, reason: systemReason())
        }
    }

    /// The reason of the last failed system call.
    static func systemReason() -> String { POSIXErrorCode(rawValue: errno).map { "\($0)" } ?? "error \(errno)" }

    /// 0 where there is none.
    static func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    static func failure(_ error: any Error, path: String, neededBytes: Int = 0) -> HubError {
        if let error = error as? HubError { return error }
        let cocoa = error as NSError
        let cause = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
        let isFull = [cocoa, cause].contains {
            $0?.domain == NSPOSIXErrorDomain && $0?.code == Int(ENOSPC)
                || $0?.domain == NSCocoaErrorDomain && $0?.code == CocoaError.fileWriteOutOfSpace.rawValue
        }
        if isFull { return .diskFull(path: path, neededBytes: neededBytes, availableBytes: nil) }
        return .cannotWrite(path: path, reason: cocoa.localizedDescription)
    }
}
