internal import Captures
internal import LinuxKernel
internal import NetworkPlanning

/// A pcapng file that is written while packets come, so that Wireshark shows them as they come.
final class CaptureFile {
    private let file: OutputFile
    private let format: PcapngFile

    /// - Throws: that the file cannot be written.
    init(_ path: String, _ capture: PacketCapture, snapLength: Int) throws(KernelError) {
        format = PcapngFile(
            Array(zip(capture.points, capture.linkLayers)), snapLength: snapLength,
            application: "netlab \(VersionCommand.netlab)")
        file = try OutputFile(path)
        _ = try file.write(format.header)
    }

    /// - Returns: false when nobody reads any more.
    func append(_ packets: [CapturedPacket]) throws(KernelError) -> Bool {
        packets.isEmpty ? true : try file.write(packets.flatMap(format.block))
    }

    /// Writes what the interfaces counted.
    func end(_ counts: [CaptureCount]) throws(KernelError) -> Bool {
        try file.write(format.statistics(counts, time: UInt64(Clock.wall() * 1e9)))
    }
}
