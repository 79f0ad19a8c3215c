/// Where a lab's ownership is kept across processes and crashes; a port.
///
/// An implementation replaces the record atomically and durably: a reader sees the old one or the new one.
package protocol Journal: Sendable {
    /// The record saved last; nil when there is none.
    func load() throws -> JournalRecord?
    func save(_ record: JournalRecord) throws
    /// Forgets the record. It is no error if there is none.
    func clear() throws
}

/// What a lab owns on this machine.
///
/// It is saved with ``isSettled`` false before the first change of a plan, then holding the union of what was owned
/// and what is desired, and with true after the last. Whoever finds it unsettled knows that any part of it may exist
/// and that all of it is the lab's.
package struct JournalRecord: Hashable, Sendable, Codable {
    /// The only version there is so far: 1.
    package static let currentVersion = 1

    package var version: Int
    package var lab: String
    package var instance: String
    package var owned: Ownership
    package var isSettled: Bool

    package init(lab: String, instance: String, owned: Ownership, isSettled: Bool) {
        version = Self.currentVersion
        self.lab = lab
        self.instance = instance
        self.owned = owned
        self.isSettled = isSettled
    }
}
