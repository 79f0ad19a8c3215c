import Testing

@testable import LinuxKernel

@Suite("What is said to a shim") struct AttachFrameTests {
    @Test("frames come apart where they were put together, byte by byte too")
    func frames() throws {
        let frames: [AttachFrame] = [.input([1, 2]), .resize(width: 300, height: 70), .input([]), .endOfInput]
        var buffer: [UInt8] = []
        var read: [AttachFrame] = []
        for byte in frames.flatMap(\.bytes) {
            buffer.append(byte)
            if let frame = try AttachFrame.take(from: &buffer) { read.append(frame) }
        }
        #expect(read == frames && buffer.isEmpty)
    }

    @Test(
        "what is no frame is refused",
        arguments: [[9, 0, 0, 0, 0], [0, 0xff, 0, 0, 0], [2, 0, 0, 0, 1, 5], [1, 0, 0, 0, 1, 0]])
    func malformed(bytes: [UInt8]) {
        var buffer = bytes
        #expect(throws: AttachFrame.Malformed.self) { try AttachFrame.take(from: &buffer) }
    }
}
