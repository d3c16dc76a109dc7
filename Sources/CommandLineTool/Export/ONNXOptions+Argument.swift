public import ArgumentParser
public import Export

extension ONNXOptions.Precision: ExpressibleByArgument {}
extension ONNXOptions.Target: ExpressibleByArgument {}
