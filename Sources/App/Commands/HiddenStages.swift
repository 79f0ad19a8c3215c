internal import ArgumentParser
internal import LinuxKernel
internal import Workloads

/// What `main` does before anything else: a netlab started as the shim of a container, or as a command inside one,
/// becomes that and never returns; one started as a daemon lays down what it will not need.
package enum HiddenStages {
    package static func runIfRequested(arguments: [String]) {
        ContainerStage.runIfRequested(arguments: arguments) { image, arguments, environment, ready in
            BuiltInImages.run(image: image, arguments: arguments, environment: environment, ready: ready)
        }
        // While there is one thread: each thread has capabilities of its own.
        if arguments.dropFirst().first == DaemonCommand.configuration.commandName {
            ProcessEnvironment.keepDaemonRights()
        }
    }
}
