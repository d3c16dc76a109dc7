public import ArgumentParser
public import Export

extension ExportOptions.WeightFormat: ExpressibleByArgument {}
