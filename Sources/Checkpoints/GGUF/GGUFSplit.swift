import UntrustedInput

/// Models cut into several GGUF files, named `NAME-00001-of-00003.gguf` and so on. The first carries the metadata; each
/// carries `split.no`, `split.count` and its own tensors.
enum GGUFSplit {
    /// The parts of a shard's file name; nil where it is not named so.
    struct ShardName: Equatable {
        let stem: String
        let number: Int
        let count: Int

        init?(_ fileName: String) {
            let bytes = Array(fileName.utf8)
            let suffix = Array("-00001-of-00001.gguf".utf8)
            guard bytes.count > suffix.count else { return nil }
            let tail = Array(bytes.suffix(suffix.count))
            guard tail[0] == UInt8(ascii: "-"), tail[6..<10] == suffix[6..<10], tail[15...] == suffix[15...],
                let number = Self.digits(tail[1..<6]), let count = Self.digits(tail[10..<15]),
                number >= 1, number <= count
            else { return nil }
            stem = String(decoding: bytes.dropLast(suffix.count), as: UTF8.self)
            self.number = number
            self.count = count
        }

        private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
            var value = 0
            for byte in bytes {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }

        func fileName(_ number: Int) -> String { "\(stem)-\(Self.padded(number))-of-\(Self.padded(count)).gguf" }

        private static func padded(_ number: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        }
    }

    /// The model's name: that of the file without shard number and extension.
    static func name(_ path: String) -> String {
        let fileName = FileAccess.lastComponent(path)
        if let shard = ShardName(fileName) { return shard.stem }
        return fileName.hasSuffix(".gguf") ? String(fileName.dropLast(5)) : fileName
    }

    /// The file, or all of the files it is one of, first to last.
    static func openAll(_ path: String) throws(InputError) -> [GGUFFile] {
        let given = try GGUFFile(path: path)
        let count = try given.metadata.intIfPresent("split.count", in: 0...Int(UInt16.max)) ?? 1
        guard count > 1 else { return [given] }
        guard count <= Limits.shardCount else {
            throw .limitExceeded(
                file: path, field: "split.count", found: UInt64(count), limit: UInt64(Limits.shardCount))
        }
        guard let shardName = ShardName(FileAccess.lastComponent(path)), shardName.count == count else {
            throw .inconsistent(
                file: path, field: "split.count", found: "\(count) shards",
                expected: "a file name ending in -0000K-of-0000N.gguf with that number")
        }
        var files: [GGUFFile] = []
        for number in 1...count {
            let shardPath = FileAccess.join(FileAccess.folder(of: path), shardName.fileName(number))
            let file = number == shardName.number ? given : try GGUFFile(path: shardPath)
            try check(file, number: number, count: count)
            files.append(file)
        }
        let tensorCount = files.reduce(0) { $0 + $1.tensorCount }
        let announced = try files[0].metadata.intIfPresent("split.tensors.count", in: 0...Limits.tensorCount)
        guard announced ?? tensorCount == tensorCount else {
            throw .inconsistent(
                file: path, field: "split.tensors.count", found: "\(announced ?? 0)",
                expected: "\(tensorCount), as many as the shards hold")
        }
        return files
    }

    private static func check(_ file: GGUFFile, number: Int, count: Int) throws(InputError) {
        let metadata = file.metadata
        let found = try metadata.int("split.no", in: 0...Int(UInt16.max))
        guard found == number - 1 else {
            throw .inconsistent(
                file: metadata.file, field: "split.no", found: "\(found)", expected: "\(number - 1)")
        }
        let foundCount = try metadata.int("split.count", in: 0...Int(UInt16.max))
        guard foundCount == count else {
            throw .inconsistent(
                file: metadata.file, field: "split.count", found: "\(foundCount)", expected: "\(count)")
        }
    }
}
