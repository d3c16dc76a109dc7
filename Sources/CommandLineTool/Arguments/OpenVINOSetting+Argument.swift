public import ArgumentParser
public import OpenVINOBridge

extension OpenVINOSetting: ExpressibleByArgument {}
