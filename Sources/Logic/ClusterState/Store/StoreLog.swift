/// Where the embedded store writes what must survive the process: a file, or memory in tests.
///
/// The bytes mean nothing to the log. It need not guard against half a write: the store recognises a torn tail.
package protocol StoreLog: Sendable {
    /// Adds bytes at the end. They survive this process once this returns (a power cut may still lose them).
    func append(_ bytes: [UInt8]) throws(StoreLogError)

    /// Everything appended since the last ``replace(with:)``, with that.
    func contents() throws(StoreLogError) -> [UInt8]

    /// Puts these bytes in place of all others, at once: after a crash there are either the old or the new ones.
    func replace(with bytes: [UInt8]) throws(StoreLogError)

    /// Whether nothing is there of what was appended, because somebody removed it. The store then writes all it has.
    var isLost: Bool { get }
}

extension StoreLog {
    /// A log that nobody can take away.
    package var isLost: Bool { false }
}

/// The log could not be read or written; decide on `errno`, show the rest.
package struct StoreLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, with the path.
    package var operation: String
    package var errno: Int32
    package var advice: String

    package init(_ operation: String, errno: Int32, advice: String = "") {
        self.operation = operation
        self.errno = errno
        self.advice = advice
    }

    package var description: String { "\(operation): errno \(errno)" + (advice.isEmpty ? "" : "; \(advice)") }
}
