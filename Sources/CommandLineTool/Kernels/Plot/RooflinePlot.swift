import Compute
import Foundation

/// The roofline picture of a run: what each operation reaches over how much it computes with a byte, under what the
/// machine can do.
package struct RooflinePlot {
    private let processor: String
    private let threads: Int
    private let shapes: KernelShapes
    /// The roofs for so many threads.
    private let reads: [MachineRoofs.Bandwidth]
    private let peaks: [MachineRoofs.Peak]
    /// The sets in the order of their colours.
    private let sets: [String]
    private let stacks: [Stack]

    /// An operation's measurements, which stand above one another: a set's kernel computes with a byte what any does.
    struct Stack {
        let operation: KernelOperation
        var measurements: [KernelMeasurement]

        var best: KernelMeasurement? { measurements.max { $0.operationsPerSecond < $1.operationsPerSecond } }
    }

    /// - Parameter threads: which of the measurements to show. What computes nothing has no place in the picture.
    /// - Returns: nil where there is nothing to show.
    package init?(
        processor: String, threads: Int, shapes: KernelShapes, sets: [String], roofs: MachineRoofs,
        measurements: [KernelMeasurement]
    ) {
        self.processor = processor
        self.threads = threads
        self.shapes = shapes
        self.sets = sets
        reads = roofs.bandwidths.filter { $0.threads == threads }
        peaks = roofs.peaks.filter { $0.threads == threads }
        var stacks: [Stack] = []
        for measurement in measurements where measurement.threads == threads {
            let operation = measurement.operation
            guard operation.work.operations > 0 else { continue }
            if let last = stacks.last?.operation, last.name == operation.name, last.shape == operation.shape {
                stacks[stacks.count - 1].measurements.append(measurement)
            } else {
                stacks.append(Stack(operation: operation, measurements: [measurement]))
            }
        }
        self.stacks = stacks
        if stacks.isEmpty || reads.isEmpty || peaks.isEmpty { return nil }
    }

    /// The picture, in one document without anything from elsewhere.
    package var svg: String {
        let (x, y) = scales
        var canvas = RooflineCanvas(x: x, y: y, sets: sets)
        canvas.reserve(stacks)
        canvas.drawAxes()
        canvas.drawDiagonals(reads, under: peaks)
        canvas.drawCeilings(peaks, under: reads)
        canvas.drawKernels(stacks)
        let unit = threads == 1 ? "1 thread" : "\(threads) threads"
        canvas.drawWords(
            title: "Swiftlet’s kernels under the roofs of this machine",
            subtitle: "\(processor), \(unit). Per cent of the roof that binds; roofs and kernels measured in one run, "
                + "a multiply-add counts as two.",
            note: "× 1, × 4: tokens that read all weights from memory; × \(shapes.chunk): a chunk of a prompt. "
                + "Shapes of \(shapes.name). Memory: from the least to the best that was read beside the kernels.")
        return canvas.document(title: "Roofline of Swiftlet's kernels on \(processor)")
    }

    /// Both with a little room around what is to be shown.
    private var scales: (x: LogScale, y: LogScale) {
        let rates = stacks.flatMap(\.measurements).map { $0.operationsPerSecond / 1e9 }
        let intensities = stacks.map(\.operation.work.intensity)
        let lowest = intensities.reduce(0.25, min)
        let highest = intensities.reduce(64, max)
        let slowest = rates.reduce(2, min)
        let fastest = (rates + peaks.map { $0.operationsPerSecond / 1e9 }).reduce(10, max)
        let area = RooflineCanvas.area
        return (
            LogScale(
                from: exp2(log2(lowest * 0.8).rounded(.down)), to: exp2(log2(highest * 1.2).rounded(.up)),
                at: area.x, end: area.right),
            LogScale(from: slowest * 0.7, to: fastest * 1.35, at: area.bottom, end: area.y)
        )
    }
}
