/// The 64 KB buffers of one worker. A connection holds one only while bytes wait in it for the far end, so an idle
/// connection costs none.
struct BufferPool: ~Copyable {
    /// As much as one read moves; measured best, larger ones fall out of the cache.
    static let size = 65_536
    private static let kept = 64

    /// For reading into; whoever must keep its contents takes it with ``takeScratch()``.
    private(set) var scratch: UnsafeMutableRawPointer
    private var free: [UnsafeMutableRawPointer] = []

    init() { scratch = Self.allocate() }

    deinit {
        scratch.deallocate()
        for buffer in free { buffer.deallocate() }
    }

    /// Gives the scratch buffer away and replaces it.
    mutating func takeScratch() -> UnsafeMutableRawPointer {
        defer { scratch = free.popLast() ?? Self.allocate() }
        return scratch
    }

    /// Takes back what ``takeScratch()`` gave.
    mutating func giveBack(_ buffer: UnsafeMutableRawPointer) {
        if free.count < Self.kept { free.append(buffer) } else { buffer.deallocate() }
    }

    private static func allocate() -> UnsafeMutableRawPointer { .allocate(byteCount: size, alignment: 64) }
}
