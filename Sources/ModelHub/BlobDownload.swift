import AsyncHTTPClient
import Foundation

/// Brings one file into `blobs/<digest>`: written to `<digest>.incomplete`, gone on with after a break, checked, renamed.
struct BlobDownload {
    static let suffix = ".incomplete"

    let file: RepositoryFile
    let url: String
    /// The folder of blobs.
    let folder: String

    /// Bytes in the incomplete file, all of them in `hash`.
    private var received = 0
    private var hash: BlobHash

    private static let chunkBytes = 1 << 20

    init(file: RepositoryFile, url: String, folder: String) {
        self.file = file
        self.url = url
        self.folder = folder
        hash = BlobHash(of: file)
    }

    private var blob: String { "\(folder)/\(file.blobName)" }
    private var isHere: Bool { FileManager.default.fileExists(atPath: blob) && CacheWriter.size(blob) == file.size }
    private var incomplete: String { blob + Self.suffix }

    mutating func run(_ connection: HubConnection, meter: inout TransferMeter) async throws(HubError) {
        if isHere { return }
        let handle = try open()
        defer { try? handle.close() }
        // Another process may have finished it before the lock was ours, and what we hold is then the blob itself.
        if isHere { return }
        try readWhatIsThere(handle)
        let isResumed = received > 0
        do {
            try await fetch(connection, into: handle, meter: &meter)
        } catch .checksumMismatch where isResumed {
            // The beginning may have been of another time: once more, from nothing.
            try restart(handle)
            try await fetch(connection, into: handle, meter: &meter)
        }
        do { try handle.synchronize() } catch { throw CacheWriter.failure(error, path: incomplete) }
        try CacheWriter.move(incomplete, to: blob)
    }

    /// Brings the rest and checks the whole; leaves nothing behind that cannot be right.
    private mutating func fetch(
        _ connection: HubConnection, into handle: FileHandle, meter: inout TransferMeter
    ) async throws(HubError) {
        var attempt = self
        var counted = meter
        defer {
            self = attempt
            meter = counted
        }
        let size = file.size
        while attempt.received < size {
            try await connection.retrying(progress: { attempt.received }) { () throws(HubConnection.Failure) in
                try await attempt.transfer(connection, into: handle, meter: &counted)
            }
        }
        let found = attempt.hash.digest()
        guard found == file.blobName else {
            try attempt.restart(handle)
            throw .checksumMismatch(url: url, expected: file.blobName, found: found)
        }
    }

    // MARK: One attempt

    private mutating func transfer(
        _ connection: HubConnection, into handle: FileHandle, meter: inout TransferMeter
    ) async throws(HubConnection.Failure) {
        meter.set(current: received)
        let response = try await connection.get(url, firstByte: received)
        do {
            try accept(response, handle)
            meter.set(current: received)
            for try await buffer in response.body {
                try append(Array(buffer.readableBytesView), handle)
                meter.add(buffer.readableBytes)
            }
        } catch let error as HubError {
            throw .final(error)
        } catch {
            throw HubConnection.failure(error, url: url)
        }
        // Some servers end early without a broken connection.
        let (received, size, url) = (received, file.size, url)
        guard received == size else {
            throw .transient(delay: nil) { _ in .sizeMismatch(url: url, expected: size, found: received) }
        }
    }

    /// Holds the head of the answer against what was asked for and announced.
    private mutating func accept(_ response: HTTPClientResponse, _ handle: FileHandle) throws {
        switch response.status.code {
        case 206:
            guard let range = ContentRange(response.headers.first(name: "Content-Range") ?? ""), range.first == received
            else { throw HubError.malformedResponse(url: url, reason: "206 with another range than asked for") }
            if let total = range.total, total != file.size {
                throw HubError.sizeMismatch(url: url, expected: file.size, found: total)
            }
        case 416:
            let found = received
            try restart(handle)
            throw HubError.sizeMismatch(url: url, expected: file.size, found: found)
        default:
            if received > 0 { try restart(handle) }
            if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }), length != file.size {
                throw HubError.sizeMismatch(url: url, expected: file.size, found: length)
            }
        }
    }

    private mutating func append(_ bytes: [UInt8], _ handle: FileHandle) throws(HubError) {
        guard bytes.count <= file.size - received else {
            let found = received + bytes.count
            try restart(handle)
            throw .sizeMismatch(url: url, expected: file.size, found: found)
        }
        do {
            try handle.write(contentsOf: bytes)
        } catch {
            // What was written of these bytes is unknown; they will be fetched again.
            try? handle.truncate(atOffset: UInt64(received))
            throw CacheWriter.failure(error, path: incomplete, neededBytes: file.size - received)
        }
        hash.update(bytes)
        received += bytes.count
    }

    // MARK: The incomplete file

    private func open() throws(HubError) -> FileHandle {
        try CacheWriter.makeFolder(folder)
        let descriptor = openForUpdate(incomplete)
        guard descriptor >= 0 else {
            throw .cannotWrite(path: incomplete, reason: CacheWriter.systemReason())
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // Held until the descriptor closes, however the process ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .busy(path: incomplete) }
        return handle
    }

    private mutating func readWhatIsThere(_ handle: FileHandle) throws(HubError) {
        guard CacheWriter.size(incomplete) <= file.size else { return try restart(handle) }
        do {
            while let data = try handle.read(upToCount: Self.chunkBytes), !data.isEmpty {
                hash.update([UInt8](data))
                received += data.count
            }
        } catch {
            throw CacheWriter.failure(error, path: incomplete)
        }
    }

    private mutating func restart(_ handle: FileHandle) throws(HubError) {
        received = 0
        hash = BlobHash(of: file)
        do {
            try handle.truncate(atOffset: 0)
        } catch {
            throw CacheWriter.failure(error, path: incomplete)
        }
    }
}

private func openForUpdate(_ path: String) -> Int32 {
    unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
}
