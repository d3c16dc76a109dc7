internal import DynamicLibraries

/// The functions of OpenVINO's C API that the bridge calls, looked up once: names and types as in
/// `openvino/c/*.h` of 2025.0 and later.
///
/// Handles are opaque pointers. Structures are passed as raw memory, laid out where they are read. A status of 0 is
/// success; anything else leaves its words in `ov_get_last_err_msg`.
@safe struct Functions: @unchecked Sendable {
    typealias Status = Int32
    typealias Handle = OpaquePointer
    typealias HandleResult = UnsafeMutablePointer<OpaquePointer?>
    typealias Text = UnsafePointer<CChar>
    typealias TextResult = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    // The library
    let lastErrorMessage: @convention(c) () -> Text?
    let errorInfo: @convention(c) (Status) -> Text?
    let freeText: @convention(c) (Text?) -> Void

    // The core
    let createCore: @convention(c) (HandleResult) -> Status
    let freeCore: @convention(c) (Handle) -> Void
    /// Fills `{char **names; size_t count}`.
    let availableDevices: @convention(c) (Handle, UnsafeMutableRawPointer) -> Status
    let freeDevices: @convention(c) (UnsafeMutableRawPointer) -> Void
    let coreProperty: @convention(c) (Handle, Text, Text, TextResult) -> Status
    let readModel: @convention(c) (Handle, Text, Text?, HandleResult) -> Status
    let freeModel: @convention(c) (Handle) -> Void
    let compile: CompileFunction

    // A compiled model
    let freeCompiled: @convention(c) (Handle) -> Void
    let compiledProperty: @convention(c) (Handle, Text, TextResult) -> Status
    let inputCount: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status
    let inputAtIndex: @convention(c) (Handle, Int, HandleResult) -> Status
    let outputCount: @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Status
    let outputAtIndex: @convention(c) (Handle, Int, HandleResult) -> Status
    let createRequest: @convention(c) (Handle, HandleResult) -> Status

    // A port: an input or output
    let portName: @convention(c) (Handle, TextResult) -> Status
    let portType: @convention(c) (Handle, UnsafeMutablePointer<UInt32>) -> Status
    /// Fills `{int64 rank[2]; int64 (*extents)[2]}`, each a least and a most.
    let portShape: @convention(c) (Handle, UnsafeMutableRawPointer) -> Status
    let freeShapeBounds: @convention(c) (UnsafeMutableRawPointer) -> Void
    let freePort: @convention(c) (Handle) -> Void

    // A request
    let freeRequest: @convention(c) (Handle) -> Void
    let setTensor: @convention(c) (Handle, Text, Handle) -> Status
    let getTensor: @convention(c) (Handle, Text, HandleResult) -> Status
    let infer: @convention(c) (Handle) -> Status

    // A tensor
    let createTensor: CreateTensorFunction
    let freeTensor: @convention(c) (Handle) -> Void
    let tensorData: @convention(c) (Handle, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> Status
    let tensorType: @convention(c) (Handle, UnsafeMutablePointer<UInt32>) -> Status
    /// Fills `{int64 rank; int64 *extents}`.
    let tensorShape: @convention(c) (Handle, UnsafeMutableRawPointer) -> Status
    let freeShape: @convention(c) (UnsafeMutableRawPointer) -> Status

    #if os(Windows)
        /// There a structure of 16 bytes is passed by its address: `{int64 rank; const int64 *extents}`.
        typealias CreateTensorFunction = @convention(c) (UInt32, UnsafeRawPointer, HandleResult) -> Status
    #else
        /// The structure `{int64 rank; const int64 *extents}` goes in two registers, as two arguments would.
        typealias CreateTensorFunction =
            @convention(c) (UInt32, Int64, UnsafePointer<Int64>, HandleResult) -> Status
    #endif

    /// Pairs that ``CompileFunction/variadic(_:)`` can carry.
    static let variadicPairs = 16

    @unsafe enum CompileFunction {
        /// `ov_core_compile_model_props`, from 2026.4 on: keys and values as an array of pairs.
        case properties(
            @convention(c) (Handle, Handle, Text, Int, UnsafePointer<Text?>, HandleResult) -> Status)
        /// `ov_core_compile_model`, whose keys and values are variable arguments. On x86-64 and Linux on Arm they
        /// are passed as fixed ones would be, and those past the count are not looked at.
        case variadic(
            @convention(c) (
                Handle, Handle, Text, Int, HandleResult,
                Text?, Text?, Text?, Text?, Text?, Text?, Text?, Text?,
                Text?, Text?, Text?, Text?, Text?, Text?, Text?, Text?,
                Text?, Text?, Text?, Text?, Text?, Text?, Text?, Text?,
                Text?, Text?, Text?, Text?, Text?, Text?, Text?, Text?
            ) -> Status)
    }

    /// - Throws: `LibraryError.missingFunction`.
    init(_ library: DynamicLibrary) throws(LibraryError) {
        func find<Function>(_ name: String) throws(LibraryError) -> Function {
            try library.require(name, as: Function.self)
        }
        unsafe lastErrorMessage = try find("ov_get_last_err_msg")
        unsafe errorInfo = try find("ov_get_error_info")
        unsafe freeText = try find("ov_free")
        unsafe createCore = try find("ov_core_create")
        unsafe freeCore = try find("ov_core_free")
        unsafe availableDevices = try find("ov_core_get_available_devices")
        unsafe freeDevices = try find("ov_available_devices_free")
        unsafe coreProperty = try find("ov_core_get_property")
        unsafe readModel = try find("ov_core_read_model")
        unsafe freeModel = try find("ov_model_free")
        unsafe freeCompiled = try find("ov_compiled_model_free")
        unsafe compiledProperty = try find("ov_compiled_model_get_property")
        unsafe inputCount = try find("ov_compiled_model_inputs_size")
        unsafe inputAtIndex = try find("ov_compiled_model_input_by_index")
        unsafe outputCount = try find("ov_compiled_model_outputs_size")
        unsafe outputAtIndex = try find("ov_compiled_model_output_by_index")
        unsafe createRequest = try find("ov_compiled_model_create_infer_request")
        unsafe portName = try find("ov_port_get_any_name")
        unsafe portType = try find("ov_port_get_element_type")
        unsafe portShape = try find("ov_port_get_partial_shape")
        unsafe freeShapeBounds = try find("ov_partial_shape_free")
        unsafe freePort = try find("ov_output_const_port_free")
        unsafe freeRequest = try find("ov_infer_request_free")
        unsafe setTensor = try find("ov_infer_request_set_tensor")
        unsafe getTensor = try find("ov_infer_request_get_tensor")
        unsafe infer = try find("ov_infer_request_infer")
        unsafe createTensor = try find("ov_tensor_create")
        unsafe freeTensor = try find("ov_tensor_free")
        unsafe tensorData = try find("ov_tensor_data")
        unsafe tensorType = try find("ov_tensor_get_element_type")
        unsafe tensorShape = try find("ov_tensor_get_shape")
        unsafe freeShape = try find("ov_shape_free")
        if let function = unsafe library.function(
            "ov_core_compile_model_props",
            as: (@convention(c) (Handle, Handle, Text, Int, UnsafePointer<Text?>, HandleResult) -> Status).self)
        {
            unsafe compile = .properties(function)
        } else {
            #if arch(arm64) && (os(macOS) || os(Windows))
                // Variable arguments go another way there than fixed ones.
                throw .missingFunction(path: library.path, name: "ov_core_compile_model_props (OpenVINO 2026.4)")
            #else
                unsafe compile = .variadic(try find("ov_core_compile_model"))
            #endif
        }
    }
}
