public import ArgumentParser
public import Kernels

extension ScaleRule: ExpressibleByArgument {}
