/// A lab as its files describe it: checked, with defaults applied.
package struct Lab: Sendable {
    /// The first part of the lab's namespace names (`three-node.kind-worker`), unique on a machine.
    package var name: String
    /// Where it was read from, as shown to people.
    package var path: String
    package var kind: KindConfig
    /// nil: no cilium.yaml and no `--set`; the lab stays without a CNI until one is installed.
    package var cilium: CiliumValues?
    package var options: LabOptions
    /// What must hold; nil: there is no checks.yaml.
    package var checks: LabChecks?
    /// In the order kubectl applies them: files by name, documents from top to bottom.
    package var manifests: [Manifest]
    /// What is accepted but worth saying.
    package var warnings: [Problem]
}
