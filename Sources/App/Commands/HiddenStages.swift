internal import LinuxKernel
internal import Workloads

/// What `main` does before anything else: a netlab started as the shim of a container, or as a command inside one,
/// becomes that and never returns.
package enum HiddenStages {
    package static func runIfRequested(arguments: [String]) {
        ContainerStage.runIfRequested(arguments: arguments) { image, arguments, environment, ready in
            BuiltInImages.run(image: image, arguments: arguments, environment: environment, ready: ready)
        }
    }
}
