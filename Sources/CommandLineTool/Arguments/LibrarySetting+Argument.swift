public import ArgumentParser
public import DynamicLibraries

extension LibrarySetting: ExpressibleByArgument {}
