/// Takes queries over one page of a cache of 8-bit integers: a step of streaming softmax.
///
/// As ``attendPageF32(_:)``, with keys and values k = sᵏ·(b − 128), v = sᵛ·(b − 128) and all products of integers:
///
///     s[j] = scale · sᑫ · Σ over blocks  sᵏ[j] · Σ c[d] · (b[d][j] − 128)       c: see ``QuantizedQuery``
///     u[j] = e^(s[j] − m') · sᵛ[j],   sᵘ = max u / 32639,   cᵘ[j] = round(u[j] / sᵘ)
///     acc[d] = acc[d] · e^(m − m') + sᵘ · Σ cᵘ[j] · (b[j][d] − 128)             u, sᵘ, cᵘ: for every 32 dimensions
///
///     keys, values    see ``QuantizedPage``
///     lanes           see ``AttentionLane``, whose query is a ``QuantizedQuery``; ``AttentionState``
///
/// - Precondition: every lane sees at least one slot. Slots that no lane sees may hold anything.
/// - Error: sums of integers are exact (at most 64·255·32639 < 2³⁰). To the bounds of ``attendPageF32(_:)`` against the
///   stored values comes the rounding of the coefficients: sᑫ/2 a dimension of the query, sᵘ/2 a position.
/// - Threads: none; callers split by heads and rows. A lane's result does not depend on the other lanes: its page
///   scales are those of its own weights.
func attendPageQ8(_ call: AttentionCall) {
    let scores = unsafe call.scores
    // One lane at a time, so the rest of the scratch memory is free.
    let products = unsafe scores + AttentionPageLayout.positions
    let coefficients = unsafe UnsafeMutableRawPointer(products + AttentionPageLayout.positions)
    unsafe call.forEachLane { lane, call in
        unsafe scoreQuantizedPage(lane.query, call.keys, headSize: call.headSize, into: scores)
        let scale = unsafe call.scale * lane.query.loadUnaligned(as: Float.self)
        unsafe softmaxStep(lane, scores: scores, scale: scale, valueStride: call.valueStride)
        let sums = unsafe lane.state + AttentionState.accumulators
        var block = unsafe call.values
        for start in unsafe stride(from: 0, to: call.valueStride, by: QuantizedPage.blockDimensions) {
            let lanes = unsafe min(call.valueStride - start, QuantizedPage.blockDimensions)
            let (scale, bias) = unsafe quantizeWeights(scores, scales: block, products, into: coefficients)
            for d in stride(from: 0, to: lanes, by: 8) {
                let sum = unsafe quadProducts(
                    block + QuantizedPage.offset(ofLane: d, quads: QuantizedPage.valueQuads),
                    quads: QuantizedPage.valueQuads, coefficients)
                let product = scale * SIMD8<Float>(converting: sum &+ bias)
                unsafe sums.store8(sums.load8(at: start + d) + product, at: start + d)
            }
            unsafe block += QuantizedPage.blockBytes
        }
    }
}

/// s[j] = Σ over blocks sᵏ[j] · Σ c[d] · (b[d][j] − 128) for the 64 slots of a page.
@inline(__always)
private func scoreQuantizedPage(
    _ query: UnsafeRawPointer, _ keys: UnsafeRawPointer, headSize: Int, into scores: UnsafeMutablePointer<Float>
) {
    var key = unsafe keys
    var coefficients = unsafe query + QuantizedQuery.headerBytes
    for start in stride(from: 0, to: headSize, by: QuantizedPage.blockDimensions) {
        let bias = unsafe coefficients.loadUnaligned(as: Int32.self)
        let quads = QuantizedPage.keyQuads(dimensions: headSize - start)
        for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
            let sum = unsafe quadProducts(
                key + QuantizedPage.offset(ofLane: slot, quads: quads), quads: quads,
                coefficients + QuantizedQuery.blockHeaderBytes)
            let product = unsafe loadScales(key, at: slot) * SIMD8<Float>(converting: sum &+ bias)
            unsafe scores.store8(start == 0 ? product : scores.load8(at: slot) + product, at: slot)
        }
        unsafe key += QuantizedPage.blockBytes
        unsafe coefficients += QuantizedQuery.blockBytes
    }
}

/// Quantises the weights of a page times the scales of a block of values.
///
/// - Returns: sᵘ, and −128 · Σ c.
@inline(__always)
private func quantizeWeights(
    _ weights: UnsafePointer<Float>, scales: UnsafeRawPointer, _ products: UnsafeMutablePointer<Float>,
    into coefficients: UnsafeMutableRawPointer
) -> (scale: Float, bias: Int32) {
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
        let weight = unsafe weights.load8(at: slot)
        // Hidden slots weigh nothing, and their scale may be NaN. A weight of NaN shows in the weights' sum.
        let product = unsafe weight * loadScales(scales, at: slot)
        unsafe products.store8(product.replacing(with: 0, where: .!(weight .> 0)), at: slot)
    }
    let (first, second) = unsafe (FloatBlock(products, count: 32), FloatBlock(products + 32, count: 32))
    let (a, b) = (first.largestMagnitude, second.largestMagnitude)
    let magnitude = a > b || !a.isFinite ? a : b
    let scale = CoefficientScale(magnitude: magnitude)
    let bounds = -QuantizedPage.largestCoefficient...QuantizedPage.largestCoefficient
    let low = scale.isEmpty ? .zero : IntegerBlock(first, times: scale.inverse, within: bounds)
    let high = scale.isEmpty ? .zero : IntegerBlock(second, times: scale.inverse, within: bounds)
    unsafe low.quadsReordered.storeInt16(to: coefficients)
    unsafe high.quadsReordered.storeInt16(to: coefficients + 64)
    let sum = low.halfSums.0 &+ low.halfSums.1 &+ high.halfSums.0 &+ high.halfSums.1
    return (scale.value, -QuantizedPage.bias &* sum)
}

/// Σ c · b over so many quads, for eight lanes; the coefficients of a quad in the order 0 2 1 3.
@inline(__always)
private func quadProducts(
    _ bytes: UnsafeRawPointer, quads: Int, _ coefficients: UnsafeRawPointer
) -> SIMD8<Int32> {
    var sums = SIMD8<Int32>.zero
    for quad in 0..<quads {
        let lane = unsafe (bytes + quad * QuantizedPage.quadBytes).loadUnaligned(as: SIMD8<Int32>.self)
        let c = unsafe (coefficients + 8 * quad).loadUnaligned(as: SIMD4<Int16>.self)
        sums &+= (lane & 0xff) &* Int32(c[0])
        sums &+= ((lane &>> 16) & 0xff) &* Int32(c[1])
        sums &+= ((lane &>> 8) & 0xff) &* Int32(c[2])
        sums &+= ((lane &>> 24) & 0xff) &* Int32(c[3])
    }
    return sums
}

@inline(__always)
private func loadScales(_ scales: UnsafeRawPointer, at slot: Int) -> SIMD8<Float> {
    unsafe Half.floats((scales + 2 * slot).loadUnaligned(as: SIMD8<UInt16>.self))
}
