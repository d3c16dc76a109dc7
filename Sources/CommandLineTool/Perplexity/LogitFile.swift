import Foundation
import Tensors
import UntrustedInput

/// The file in which llama.cpp keeps a reference's predictions (`--kl-divergence-base`, `--save-all-logits`): little-endian.
///
///     "_logits_" | n: i32 | vocabulary: i32 | windows: i32 | ids of all windows: i32 each
///     for each window n − 1 − n/2 rows, each an even number of 16-bit words:
///         scale: f32 | least: f32 | level: u16 for each id            ln p = scale · level + least
///
/// Levels reach down to e⁻¹⁶ of the greatest probability; what lies below is at level 0.
enum LogitFile {
    static let magic = Array("_logits_".utf8)
    /// What a row covers, in units of ln p, and its finest step.
    static let range: Float = 16
    static let levels: Float = 65_535

    static func rowBytes(vocabularySize: Int) -> Int { 2 * ((vocabularySize + 1) / 2 * 2 + 4) }

    /// One row: the log-probabilities of a vocabulary.
    static func row(of logits: ArraySlice<Float>) -> [UInt8] {
        var (least, greatest) = (Float.infinity, -Float.infinity)
        for logit in logits {
            least = min(least, logit)
            greatest = max(greatest, logit)
        }
        least = max(least, greatest - range)
        var sum = 0.0
        for logit in logits { sum += Double(exp(logit - greatest)) }
        let scale = (greatest - least) / levels
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rowBytes(vocabularySize: logits.count))
        bytes.append(littleEndian: scale.bitPattern)
        bytes.append(littleEndian: (least - greatest - Float(log(sum))).bitPattern)
        let inverse = scale > 0 ? 1 / scale : 0
        for logit in logits {
            let level = UInt16(min(max((inverse * (logit - least)).rounded(.toNearestOrEven), 0), levels))
            bytes.append(UInt8(truncatingIfNeeded: level))
            bytes.append(UInt8(truncatingIfNeeded: level >> 8))
        }
        if logits.count % 2 == 1 { bytes += [0, 0] }
        return bytes
    }

    /// Reads what ``row(of:)`` wrote.
    static func distribution(_ bytes: ArraySlice<UInt8>, vocabularySize: Int) -> LogDistribution {
        func word(_ offset: Int) -> UInt32 {
            let start = bytes.startIndex + offset
            return (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        }
        let (scale, least) = (Float(bitPattern: word(0)), Float(bitPattern: word(4)))
        let levels = bytes[(bytes.startIndex + 8)...]
        var values: [Float] = []
        values.reserveCapacity(vocabularySize)
        var place = levels.startIndex
        for _ in 0..<vocabularySize {
            values.append(scale * Float(UInt16(levels[place]) | UInt16(levels[place + 1]) << 8) + least)
            place += 2
        }
        return LogDistribution(logProbabilities: values, floor: Double(-range))
    }
}

/// Writes such a file row by row, aside until it is whole.
final class LogitFileWriter {
    private let file: NewFile

    init(_ path: String, windows: TextWindows, vocabularySize: Int) throws {
        do throws(MappedFileError) {
            file = try NewFile(replacing: path)
            var header = LogitFile.magic
            for number in [windows.length, vocabularySize, windows.count] + windows.tokens {
                header.append(littleEndian: UInt32(truncatingIfNeeded: number))
            }
            try file.append(header.span)
        } catch { throw Failure(.failure, error.description) }
    }

    func append(_ rows: [[UInt8]]) throws {
        do throws(MappedFileError) { for row in rows { try file.append(row.span) } } catch {
            throw Failure(.failure, error.description)
        }
    }

    func commit() throws {
        do throws(MappedFileError) { try file.commit() } catch { throw Failure(.failure, error.description) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian word: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
