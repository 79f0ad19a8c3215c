internal import Datapath
internal import LinuxKernel

extension ReturnPath {
    /// Looks whether the kernel has what this form is made of, before anything of a lab is.
    ///
    /// - Throws: `.environment`, with what to load or to write in lab.yaml instead.
    func checkKernel() throws(ControlFailure) {
        guard let missing = KernelProbe.missing(self == .nftables ? .socketMatch : .portRules) else { return }
        throw ControlFailure(
            .environment,
            "this kernel cannot do proxy.sourceIP: preserve with returnPath: \(rawValue): "
                + "\(missing.name) is missing",
            advice: missing.advice)
    }
}
