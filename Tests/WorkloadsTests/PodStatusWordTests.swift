import KubernetesModel
import PodLifecycle
import Testing

@Suite("STATUS of a pod")
struct PodStatusWordTests {
    private static func state(_ reason: String? = nil, exitCode: Int32 = 1, signal: Int32? = nil) -> ContainerState {
        ContainerState(terminated: ContainerStateTerminated(exitCode: exitCode, signal: signal, reason: reason))
    }

    private static func waiting(_ reason: String) -> ContainerState {
        ContainerState(waiting: ContainerStateWaiting(reason: reason))
    }

    private static let running = ContainerState(running: ContainerStateRunning())

    private static func pod(
        _ phase: String, initStates: [ContainerState] = [], _ states: [ContainerState], ready: Bool = true,
        reason: String? = nil, isDeleted: Bool = false
    ) -> Pod {
        func status(_ state: ContainerState) -> PodContainerStatus {
            PodContainerStatus(name: "c", state: state, ready: ready)
        }
        return Pod(
            metadata: ObjectMeta(name: "p", deletionTimestamp: isDeleted ? Timestamp(seconds: 1) : nil),
            spec: PodSpec(
                initContainers: initStates.map { _ in Container(name: "i") },
                containers: states.map { _ in .init(name: "c") }),
            status: PodStatus(
                phase: phase, conditions: [PodCondition(type: "Ready", status: ready ? "True" : "False")],
                reason: reason, initContainerStatuses: initStates.map(status), containerStatuses: states.map(status)))
    }

    @Test(
        "behaviour 6.7: the phase, overridden by reasons as kubectl has it",
        arguments: [
            (pod("Pending", []), "Pending"), (pod("Running", [running]), "Running"),
            (pod("Pending", [waiting("ContainerCreating")]), "ContainerCreating"),
            (pod("Running", [waiting("CrashLoopBackOff")]), "CrashLoopBackOff"),
            (pod("Succeeded", [state("Completed", exitCode: 0)]), "Completed"),
            (pod("Running", [state("Completed", exitCode: 0), running]), "Running"),
            (pod("Running", [state(exitCode: 3)]), "ExitCode:3"),
            (pod("Running", [state(signal: 9)]), "Signal:9"),
            (pod("Failed", [], reason: "Evicted"), "Evicted"),
            (pod("Pending", initStates: [running], [waiting("PodInitializing")]), "Init:0/1"),
            (pod("Pending", initStates: [state("Completed", exitCode: 0), running], []), "Init:1/2"),
            (pod("Pending", initStates: [state("Error")], []), "Init:Error"),
            (pod("Pending", initStates: [waiting("CrashLoopBackOff")], []), "Init:CrashLoopBackOff"),
            (pod("Running", [running], isDeleted: true), "Terminating"),
            (pod("Running", [running], reason: "NodeLost", isDeleted: true), "Unknown"),
        ])
    func followsKubectl(pod: Pod, word: String) {
        #expect(pod.statusWord == word)
    }

    @Test("behaviour 6.7: READY counts the running containers that are ready")
    func countsReadyContainers() {
        #expect(Self.pod("Running", [Self.running, Self.waiting("CrashLoopBackOff")]).readyText == "1/2")
        #expect(Self.pod("Running", [Self.running], ready: false).readyText == "0/1")
    }
}
