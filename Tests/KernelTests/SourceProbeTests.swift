import LinuxKernel
import NetlabTestSupport
import Testing

@Suite(.enabled(if: KernelTestGate.canRun))
struct SourceProbeTests {
    @Test(
        "sourceIP preserve: what the two forms need is found by doing it",
        arguments: [SourceProbe.socketMatch, .portRules])
    func features(probe: SourceProbe) throws {
        #expect(probe.failure == nil)
    }
}
