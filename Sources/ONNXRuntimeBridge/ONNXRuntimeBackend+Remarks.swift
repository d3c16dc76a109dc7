extension ONNXRuntimeBackend {
    /// What a user should know: each a line.
    static func remarks(
        _ version: ONNXRuntimeVersion, _ provider: ExecutionProvider, _ assignment: GraphAssignment?,
        _ folder: ModelFolder
    ) -> [String] {
        var remarks: [String] = []
        if !version.isTested {
            let tested = ONNXRuntimeVersion.tested.joined(separator: ", ")
            remarks.append("ONNX Runtime \(version) has not been tested; \(tested) have")
        }
        if let assignment {
            remarks.append(assignment.summary(for: provider))
        } else if provider != .cpu {
            remarks.append(
                "ONNX Runtime \(version) does not tell what \(provider.name) leaves to the CPU"
                    + (version.tellsAssignment ? "" : ": it does from 1.\(ONNXRuntimeVersion.assignmentMinor) on"))
        }
        if folder.contextTokens < folder.configuration.contextTokens {
            remarks.append(
                "the model has rotary angles for \(folder.contextTokens) tokens; "
                    + "\(GenAIConfiguration.fileName) says \(folder.configuration.contextTokens)")
        }
        return remarks
    }
}
