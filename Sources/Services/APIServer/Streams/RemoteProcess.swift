/// Something at the far end of a stream: a command in a container, a container's output, a connection into a pod.
///
/// Reading and waiting block, each on a thread of its own; ``end()`` makes both return.
package protocol RemoteProcess: Sendable {
    /// The next bytes of standard output, or from the peer; empty at the end.
    func readOutput() -> [UInt8]
    /// The next bytes of standard error; empty at the end, at once where there is none.
    func readError() -> [UInt8]
    /// - Returns: false when nobody takes it any more.
    func writeInput(_ bytes: [UInt8]) -> Bool
    func closeInput()
    /// Of the terminal, in characters.
    func resize(width: UInt16, height: UInt16)
    /// Waits for the end.
    ///
    /// - Returns: the exit code.
    func wait() -> Int32
    /// Ends it, if it has not ended; nothing more will be asked of it.
    func end()
}
