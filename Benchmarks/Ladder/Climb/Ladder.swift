import Foundation

/// The INT4 matrix product from the naive loop to the tuned tile.
///
///     swift run -c release Ladder              all steps
///     swift run -c release Ladder 4 5 6        these
///     swift run -c release Ladder --rounds 11  medians of so many; 5 if not told
@main
enum Ladder {
    static func main() throws {
        let (numbers, rounds) = try arguments()
        let rungs = Rung.all.filter { numbers.isEmpty || numbers.contains($0.number) }
        let check = try Check(reference: Rung.all[0])
        let (decode, prompt) = (Problem(Measurement.decode, .random), Problem(Measurement.prompt, .random))

        var measurements = try rungs.filter { $0.missing == nil }.map {
            try Measurement($0, decode: decode, prompt: prompt)
        }
        for round in 1...rounds {
            // Steps take turns, so that a neighbour on the machine slows all of them or none.
            for index in measurements.indices { measurements[index].round() }
            FileHandle.standardError.write(Data("round \(round) of \(rounds)\r".utf8))
        }

        var table = Table()
        var allRight = true
        for rung in rungs {
            if let measurement = measurements.first(where: { $0.rung.number == rung.number }) {
                let (text, isRight) = try check.result(rung)
                table.add(measurement, check: text)
                allRight = allRight && isRight
            } else if let missing = rung.missing {
                table.addSkipped(rung, missing)
            }
        }
        print(table.text)
        print(
            "G/s: billions of multiply-adds a second. GB/s: bytes of weights, 4.5 bits each. Medians of \(rounds) rounds."
        )
        exit(allRight ? 0 : 1)
    }

    private static func arguments() throws -> (numbers: [Int], rounds: Int) {
        var (numbers, rounds) = ([Int](), 5)
        var rest = CommandLine.arguments.dropFirst()
        while let argument = rest.popFirst() {
            if argument == "--rounds", let value = rest.popFirst().flatMap({ Int($0) }), (1...1000).contains(value) {
                rounds = value
            } else if let number = Int(argument), Rung.all.contains(where: { $0.number == number }) {
                numbers.append(number)
            } else {
                let steps = Rung.all.map { "\($0.number)" }.joined(separator: ", ")
                FileHandle.standardError.write(Data("usage: Ladder [STEP …] [--rounds N]    steps: \(steps)\n".utf8))
                exit(64)
            }
        }
        return (numbers, rounds)
    }
}
