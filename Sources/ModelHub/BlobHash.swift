import Crypto

/// The running digest of a file, of the kind that the hub announced.
struct BlobHash {
    private enum State {
        case sha256(SHA256)
        case gitBlob(Insecure.SHA1)
    }

    private var state: State

    init(of file: RepositoryFile) {
        switch file.digest {
        case .sha256: state = .sha256(SHA256())
        case .gitBlob:
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(file.size)\0".utf8))
            state = .gitBlob(hash)
        }
    }

    mutating func update(_ bytes: [UInt8]) {
        switch state {
        case .sha256(var hash):
            hash.update(data: bytes)
            state = .sha256(hash)
        case .gitBlob(var hash):
            hash.update(data: bytes)
            state = .gitBlob(hash)
        }
    }

    /// In hexadecimal.
    func digest() -> String {
        switch state {
        case .sha256(let hash): hexadecimal(hash.finalize())
        case .gitBlob(let hash): hexadecimal(hash.finalize())
        }
    }

    private func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
