/// The functions of ONNX Runtime's C API that the bridge calls.
///
/// The library exports one function, `OrtGetApiBase`, which leads to a table of pointers. A place in the table never changes from version
/// to version; new functions come at its end. Places and types are those of `onnxruntime_c_api.h`.
///
/// Handles are opaque pointers. A status of nil is success; anything else holds a code and words, and has to be given back.
@safe struct Functions: @unchecked Sendable {
    typealias Status = OpaquePointer?
    typealias Handle = OpaquePointer
    typealias HandleResult = UnsafeMutablePointer<OpaquePointer?>
    typealias Text = UnsafePointer<CChar>
    typealias Texts = UnsafePointer<UnsafePointer<CChar>?>
    typealias Free = @convention(c) (Handle) -> Void
    typealias Make = @convention(c) (HandleResult) -> Status
    #if os(Windows)
        typealias Path = UnsafePointer<UInt16>
    #else
        typealias Path = UnsafePointer<CChar>
    #endif

    // Failures
    let errorCode: @convention(c) (Handle) -> Int32
    let errorMessage: @convention(c) (Handle) -> Text?
    let freeStatus: Free

    // The library
    /// Takes a function for the log with what it is to be given, the least severity that is logged, and a name for the log.
    let createEnvironment:
        @convention(c) (LibraryLog.Function, UnsafeMutableRawPointer?, Int32, Text, HandleResult) -> Status
    let freeEnvironment: Free
    let disableTelemetry: @convention(c) (Handle) -> Status
    let availableProviders: @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> Status
    let freeProviders: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Status
    let defaultAllocator: Make
    let allocatorFree: @convention(c) (Handle, UnsafeMutableRawPointer?) -> Status

    // Settings of a session
    let createOptions: Make
    let freeOptions: Free
    let setThreads: @convention(c) (Handle, Int32) -> Status
    let disableMemoryPattern: @convention(c) (Handle) -> Status
    let addConfigEntry: @convention(c) (Handle, Text, Text) -> Status
    /// Takes the provider's short name, and keys, values and their count.
    let appendProvider: @convention(c) (Handle, Text, Texts, Texts, Int) -> Status
    /// Providers whose settings are an object of their own.
    let cuda: ProviderSettings
    let tensorRT: ProviderSettings

    @unsafe struct ProviderSettings {
        let create: Make
        let update: @convention(c) (Handle, Texts, Texts, Int) -> Status
        let append: @convention(c) (Handle, Handle) -> Status
        let free: Free
    }

    // A session
    let createSession: @convention(c) (Handle, Path, Handle, HandleResult) -> Status
    let createSessionFromArray: @convention(c) (Handle, UnsafeRawPointer?, Int, Handle, HandleResult) -> Status
    let freeSession: Free
    let inputCount: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status
    let outputCount: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status
    let inputType: @convention(c) (Handle, Int, HandleResult) -> Status
    let outputType: @convention(c) (Handle, Int, HandleResult) -> Status
    let inputName: @convention(c) (Handle, Int, Handle, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Status
    let outputName: @convention(c) (Handle, Int, Handle, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Status
    /// Fills an array with the memory of each output.
    let outputMemory: @convention(c) (Handle, HandleResult, Int) -> Status

    /// Which provider computes which operation; nil where the library does not tell.
    let assignment: Assignment?

    /// Parts of the graph and their operations belong to the session.
    @unsafe struct Assignment {
        typealias List = UnsafeMutablePointer<UnsafePointer<OpaquePointer?>?>

        let parts: @convention(c) (Handle, List, UnsafeMutablePointer<Int>) -> Status
        let provider: @convention(c) (Handle, UnsafeMutablePointer<Text?>) -> Status
        let operations: @convention(c) (Handle, List, UnsafeMutablePointer<Int>) -> Status
        /// The kind of an operation, `MatMul`.
        let kind: @convention(c) (Handle, UnsafeMutablePointer<Text?>) -> Status
    }

    // Types
    let freeTypeInfo: Free
    let tensorInfo: @convention(c) (Handle, HandleResult) -> Status
    let elementType: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Status
    let rank: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status
    let extents: @convention(c) (Handle, UnsafeMutablePointer<Int64>?, Int) -> Status
    let freeTensorInfo: Free

    // Tensors
    /// Takes an allocator's kind and a memory's kind.
    let createHostMemoryInfo: @convention(c) (Int32, Int32, HandleResult) -> Status
    let freeMemoryInfo: Free
    let createTensor:
        @convention(c) (
            Handle, UnsafeMutableRawPointer?, Int, UnsafePointer<Int64>?, Int, Int32, HandleResult
        ) -> Status
    /// Takes a session and the memory that is to be given out.
    let createAllocator: @convention(c) (Handle, Handle, HandleResult) -> Status
    let freeAllocator: Free
    let allocateTensor: @convention(c) (Handle, UnsafePointer<Int64>?, Int, Int32, HandleResult) -> Status
    let tensorData: @convention(c) (Handle, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> Status
    let tensorType: @convention(c) (Handle, HandleResult) -> Status
    let freeValue: Free

    // Runs
    let createRunOptions: Make
    let freeRunOptions: Free
    let setTerminate: @convention(c) (Handle) -> Status
    let unsetTerminate: @convention(c) (Handle) -> Status
    let createBinding: @convention(c) (Handle, HandleResult) -> Status
    let freeBinding: Free
    let bindInput: @convention(c) (Handle, Text, Handle) -> Status
    let bindOutput: @convention(c) (Handle, Text, Handle) -> Status
    let bindOutputToMemory: @convention(c) (Handle, Text, Handle) -> Status
    let boundOutputs:
        @convention(c) (
            Handle, Handle, UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>, UnsafeMutablePointer<Int>
        ) -> Status
    let synchronizeOutputs: @convention(c) (Handle) -> Status
    let run: @convention(c) (Handle, Handle, Handle) -> Status

    /// - Parameter table: the API of 1.23, or of a later version.
    /// - Parameter tellsAssignment: whether it is that of 1.24 or later.
    @unsafe init(_ table: UnsafeRawPointer, tellsAssignment: Bool) {
        func at<Function>(_ index: Int) -> Function {
            let address = unsafe table.load(
                fromByteOffset: index * MemoryLayout<UnsafeRawPointer>.size, as: UnsafeRawPointer.self)
            return unsafe unsafeBitCast(address, to: Function.self)
        }
        unsafe errorCode = at(1)
        unsafe errorMessage = at(2)
        unsafe createEnvironment = at(4)
        unsafe disableTelemetry = at(6)
        unsafe createSession = at(7)
        unsafe createSessionFromArray = at(8)
        unsafe createOptions = at(10)
        unsafe disableMemoryPattern = at(17)
        unsafe setThreads = at(24)
        unsafe inputCount = at(30)
        unsafe outputCount = at(31)
        unsafe inputType = at(33)
        unsafe outputType = at(34)
        unsafe inputName = at(36)
        unsafe outputName = at(37)
        unsafe createRunOptions = at(39)
        unsafe setTerminate = at(46)
        unsafe unsetTerminate = at(47)
        unsafe allocateTensor = at(48)
        unsafe createTensor = at(49)
        unsafe tensorData = at(51)
        unsafe tensorInfo = at(55)
        unsafe elementType = at(60)
        unsafe rank = at(61)
        unsafe extents = at(62)
        unsafe tensorType = at(65)
        unsafe createHostMemoryInfo = at(69)
        unsafe allocatorFree = at(76)
        unsafe defaultAllocator = at(78)
        unsafe freeEnvironment = at(92)
        unsafe freeStatus = at(93)
        unsafe freeMemoryInfo = at(94)
        unsafe freeSession = at(95)
        unsafe freeValue = at(96)
        unsafe freeRunOptions = at(97)
        unsafe freeTypeInfo = at(98)
        unsafe freeTensorInfo = at(99)
        unsafe freeOptions = at(100)
        unsafe availableProviders = at(125)
        unsafe freeProviders = at(126)
        unsafe addConfigEntry = at(130)
        unsafe createAllocator = at(131)
        unsafe freeAllocator = at(132)
        unsafe run = at(133)
        unsafe createBinding = at(134)
        unsafe freeBinding = at(135)
        unsafe bindInput = at(136)
        unsafe bindOutput = at(137)
        unsafe bindOutputToMemory = at(138)
        unsafe boundOutputs = at(140)
        unsafe tensorRT = unsafe ProviderSettings(create: at(171), update: at(172), append: at(170), free: at(174))
        unsafe synchronizeOutputs = at(203)
        unsafe cuda = unsafe ProviderSettings(create: at(205), update: at(206), append: at(204), free: at(208))
        unsafe appendProvider = at(216)
        unsafe outputMemory = at(381)
        unsafe assignment =
            tellsAssignment
            ? Assignment(parts: at(407), provider: at(408), operations: at(409), kind: at(412)) : nil
    }
}
