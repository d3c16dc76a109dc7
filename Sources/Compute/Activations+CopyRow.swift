extension Activations {
    /// Copies a row into a row of another matrix of as many columns.
    public func copyRow(_ row: Int, to destination: Activations, row destinationRow: Int) {
        precondition(columns == destination.columns, "\(columns) columns into \(destination.columns)")
        unsafe destination.pointer(row: destinationRow).update(from: pointer(row: row), count: columns)
    }
}
