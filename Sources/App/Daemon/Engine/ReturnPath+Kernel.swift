internal import Datapath
internal import LinuxKernel

extension ReturnPath {
    /// Looks whether the kernel has what this form is made of, before anything of a lab is made.
    ///
    /// - Throws: `.environment`, with what to load or to write in lab.yaml instead.
    func checkKernel() throws(ControlFailure) {
        guard let failure = (self == .nftables ? SourceProbe.socketMatch : .portRules).failure else { return }
        let advice =
            switch self {
            case .nftables: "modprobe nft_socket nft_ct, or write returnPath: port-range in lab.yaml"
            case .portRange: "the kernel must be 4.17 or newer; or write returnPath: nftables in lab.yaml"
            }
        throw ControlFailure(
            .environment,
            "this kernel cannot do proxy.sourceIP: preserve with returnPath: \(rawValue): \(failure)", advice: advice)
    }
}
