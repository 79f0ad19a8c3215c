import Testing

@testable import APIServer

@Suite("Frames of SPDY/3.1") struct SPDYFrameTests {
    @Test("a frame is taken once it is there as a whole, and what follows stays")
    func taking() throws {
        let bytes = SPDYFrame.dataBytes(id: 3, [1, 2, 3], isLast: true) + SPDYFrame.pong(7)
        var buffer: [UInt8] = []
        for byte in bytes.dropLast(12).dropLast() {
            buffer.append(byte)
            #expect(try SPDYFrame.take(from: &buffer) == nil)
        }
        buffer = bytes
        #expect(try SPDYFrame.take(from: &buffer) == .data(id: 3, bytes: [1, 2, 3], isLast: true))
        #expect(try SPDYFrame.take(from: &buffer) == .ping(7))
        #expect(buffer.isEmpty)
    }

    @Test("headers come back as they were compressed, over one text for all blocks")
    func headers() throws {
        // The far end's compressor is the same as this one's.
        let near = HeaderCompression()
        let far = HeaderCompression()
        func block(_ pairs: [(String, String)]) -> [UInt8] {
            func text(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
            return [0, 0, 0, UInt8(pairs.count)] + pairs.flatMap { text($0.0) + text($0.1) }
        }
        for id in 1...5 {
            let plain = block([("Streamtype", "data"), ("port", "\(8000 + id)")])
            let read = try #require(far.decompress(near.compress(plain)))
            #expect(SPDYFrame.headers(read) == ["streamtype": "data", "port": "\(8000 + id)"])
        }
        #expect(HeaderCompression().decompress([1, 2, 3, 4]) == nil)
    }

    @Test("lengths that lie are no frames and no headers", arguments: [[0, 0, 0, 9], [0, 0, 0, 1, 0, 0, 0, 200, 65]])
    func lies(block: [UInt8]) {
        #expect(SPDYFrame.headers(block) == nil)
        var huge: [UInt8] = [0, 0, 0, 1, 0, 0xff, 0xff, 0xff]
        #expect(throws: SPDYViolation.self) { try SPDYFrame.take(from: &huge) }
    }
}
