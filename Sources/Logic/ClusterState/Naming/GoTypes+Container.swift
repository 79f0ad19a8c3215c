extension GoTypes {
    /// Containers, their variables and their probes (core/v1).
    static let containerTypes = """
        v1.Container: Name string; Image string; Command []string; Args []string; WorkingDir string;
            Ports []v1.ContainerPort; EnvFrom []v1.EnvFromSource; Env []v1.EnvVar;
            Resources v1.ResourceRequirements; VolumeMounts []v1.VolumeMount; VolumeDevices []v1.VolumeDevice;
            LivenessProbe *v1.Probe; ReadinessProbe *v1.Probe; StartupProbe *v1.Probe; Lifecycle *v1.Lifecycle;
            TerminationMessagePath string; TerminationMessagePolicy v1.TerminationMessagePolicy;
            ImagePullPolicy v1.PullPolicy; SecurityContext *v1.SecurityContext; Stdin bool; StdinOnce bool;
            TTY=tty bool
        v1.ContainerPort: Name string; HostPort int32; ContainerPort int32; Protocol v1.Protocol; HostIP string
        v1.EnvFromSource: Prefix string; ConfigMapRef *v1.ConfigMapEnvSource; SecretRef *v1.SecretEnvSource
        v1.ConfigMapEnvSource: LocalObjectReference=~ v1.LocalObjectReference; Optional *bool
        v1.SecretEnvSource: LocalObjectReference=~ v1.LocalObjectReference; Optional *bool
        v1.EnvVar: Name string; Value string; ValueFrom *v1.EnvVarSource
        v1.EnvVarSource: FieldRef *v1.ObjectFieldSelector; ResourceFieldRef *v1.ResourceFieldSelector;
            ConfigMapKeyRef *v1.ConfigMapKeySelector; SecretKeyRef *v1.SecretKeySelector
        v1.ObjectFieldSelector: APIVersion=apiVersion string; FieldPath string
        v1.ResourceFieldSelector: ContainerName string; Resource string; Divisor resource.Quantity
        v1.ConfigMapKeySelector: LocalObjectReference=~ v1.LocalObjectReference; Key string; Optional *bool
        v1.SecretKeySelector: LocalObjectReference=~ v1.LocalObjectReference; Key string; Optional *bool
        v1.ResourceRequirements: Limits v1.ResourceList; Requests v1.ResourceList
        v1.VolumeMount: Name string; ReadOnly bool; MountPath string; SubPath string;
            MountPropagation *v1.MountPropagationMode; SubPathExpr string
        v1.VolumeDevice: Name string; DevicePath string
        v1.Probe: ProbeHandler=~ v1.ProbeHandler; InitialDelaySeconds int32; TimeoutSeconds int32;
            PeriodSeconds int32; SuccessThreshold int32; FailureThreshold int32;
            TerminationGracePeriodSeconds *int64
        v1.ProbeHandler: Exec *v1.ExecAction; HTTPGet=httpGet *v1.HTTPGetAction;
            TCPSocket=tcpSocket *v1.TCPSocketAction; GRPC=grpc *v1.GRPCAction
        v1.ExecAction: Command []string
        v1.HTTPGetAction: Path string; Port intstr.IntOrString; Host string; Scheme v1.URIScheme;
            HTTPHeaders=httpHeaders []v1.HTTPHeader
        v1.HTTPHeader: Name string; Value string
        v1.TCPSocketAction: Port intstr.IntOrString; Host string
        v1.GRPCAction: Port int32; Service *string
        v1.Lifecycle: PostStart *v1.LifecycleHandler; PreStop *v1.LifecycleHandler
        v1.LifecycleHandler: Exec *v1.ExecAction; HTTPGet=httpGet *v1.HTTPGetAction;
            TCPSocket=tcpSocket *v1.TCPSocketAction
        v1.SecurityContext: Capabilities *v1.Capabilities; Privileged *bool;
            SELinuxOptions=seLinuxOptions *v1.SELinuxOptions; WindowsOptions *v1.WindowsSecurityContextOptions;
            RunAsUser *int64; RunAsGroup *int64; RunAsNonRoot *bool; ReadOnlyRootFilesystem *bool;
            AllowPrivilegeEscalation *bool; ProcMount *v1.ProcMountType; SeccompProfile *v1.SeccompProfile
        v1.Capabilities: Add []v1.Capability; Drop []v1.Capability
        """
}
