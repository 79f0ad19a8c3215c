extension APISchema {
    /// Messages of core/v1, A to K (k8s.io/api, Kubernetes 1.34).
    static let coreAtoK = """
        @io.k8s.api.core.v1
        AWSElasticBlockStoreVolumeSource: 1 volumeID string, 2 fsType string, 3 partition int32, 4 readOnly bool
        Affinity: 1 nodeAffinity NodeAffinity, 2 podAffinity PodAffinity, 3 podAntiAffinity PodAntiAffinity
        AppArmorProfile: 1 type string, 2 localhostProfile string
        AttachedVolume: 1 name string, 2 devicePath string
        AzureDiskVolumeSource: 1 diskName string, 2 diskURI string, 3 cachingMode string, 4 fsType string,
          5 readOnly bool, 6 kind string
        AzureFileVolumeSource: 1 secretName string, 2 shareName string, 3 readOnly bool
        Binding: 1 metadata ObjectMeta, 2 target ObjectReference
        CSIVolumeSource: 1 driver string, 2 readOnly bool, 3 fsType string, 4 volumeAttributes {string},
          5 nodePublishSecretRef LocalObjectReference
        Capabilities: 1 add [string], 2 drop [string]
        CephFSVolumeSource: 1 monitors [string], 2 path string, 3 user string, 4 secretFile string,
          5 secretRef LocalObjectReference, 6 readOnly bool
        CinderVolumeSource: 1 volumeID string, 2 fsType string, 3 readOnly bool, 4 secretRef LocalObjectReference
        ClientIPConfig: 1 timeoutSeconds int32
        ClusterTrustBundleProjection: 1 name string, 2 signerName string, 3 labelSelector LabelSelector,
          4 path string, 5 optional bool
        ConfigMap: 1 metadata ObjectMeta, 2 data {string}, 3 binaryData {bytes}, 4 immutable bool
        ConfigMapEnvSource: 1 +localObjectReference LocalObjectReference, 2 optional bool
        ConfigMapKeySelector: 1 +localObjectReference LocalObjectReference, 2 key string, 3 optional bool
        ConfigMapNodeConfigSource: 1 namespace string, 2 name string, 3 uid string, 4 resourceVersion string,
          5 kubeletConfigKey string
        ConfigMapProjection: 1 +localObjectReference LocalObjectReference, 2 items [KeyToPath], 4 optional bool
        ConfigMapVolumeSource: 1 +localObjectReference LocalObjectReference, 2 items [KeyToPath],
          3 defaultMode int32, 4 optional bool
        Container: 1 name string, 2 image string, 3 command [string], 4 args [string], 5 workingDir string,
          6 ports [ContainerPort], 7 env [EnvVar], 8 resources ResourceRequirements, 9 volumeMounts [VolumeMount],
          10 livenessProbe Probe, 11 readinessProbe Probe, 12 lifecycle Lifecycle, 13 terminationMessagePath string,
          14 imagePullPolicy string, 15 securityContext SecurityContext, 16 stdin bool, 17 stdinOnce bool,
          18 tty bool, 19 envFrom [EnvFromSource], 20 terminationMessagePolicy string,
          21 volumeDevices [VolumeDevice], 22 startupProbe Probe, 23 resizePolicy [ContainerResizePolicy],
          24 restartPolicy string, 25 restartPolicyRules [ContainerRestartRule]
        ContainerExtendedResourceRequest: 1 containerName string, 2 resourceName string, 3 requestName string
        ContainerImage: 1 names [string], 2 sizeBytes int64
        ContainerPort: 1 name string, 2 hostPort int32, 3 containerPort int32, 4 protocol string, 5 hostIP string
        ContainerResizePolicy: 1 resourceName string, 2 restartPolicy string
        ContainerRestartRule: 1 action string, 2 exitCodes ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes: 1 operator string, 2 values [int32]
        ContainerState: 1 waiting ContainerStateWaiting, 2 running ContainerStateRunning,
          3 terminated ContainerStateTerminated
        ContainerStateRunning: 1 startedAt Time
        ContainerStateTerminated: 1 exitCode int32, 2 signal int32, 3 reason string, 4 message string,
          5 startedAt Time, 6 finishedAt Time, 7 containerID string
        ContainerStateWaiting: 1 reason string, 2 message string
        ContainerStatus: 1 name string, 2 state ContainerState, 3 lastState ContainerState, 4 ready bool,
          5 restartCount int32, 6 image string, 7 imageID string, 8 containerID string, 9 started bool,
          10 allocatedResources {Quantity}, 11 resources ResourceRequirements, 12 volumeMounts [VolumeMountStatus],
          13 user ContainerUser, 14 allocatedResourcesStatus [ResourceStatus], 15 stopSignal string
        ContainerUser: 1 linux LinuxContainerUser
        CoreEndpointPort: 1 name string, 2 port int32, 3 protocol string, 4 appProtocol string
        DaemonEndpoint: 1 Port int32
        DownwardAPIProjection: 1 items [DownwardAPIVolumeFile]
        DownwardAPIVolumeFile: 1 path string, 2 fieldRef ObjectFieldSelector,
          3 resourceFieldRef ResourceFieldSelector, 4 mode int32
        DownwardAPIVolumeSource: 1 items [DownwardAPIVolumeFile], 2 defaultMode int32
        EmptyDirVolumeSource: 1 medium string, 2 sizeLimit Quantity
        EndpointAddress: 1 ip string, 2 targetRef ObjectReference, 3 hostname string, 4 nodeName string
        EndpointSubset: 1 addresses [EndpointAddress], 2 notReadyAddresses [EndpointAddress],
          3 ports [CoreEndpointPort]
        Endpoints: 1 metadata ObjectMeta, 2 subsets [EndpointSubset]
        EnvFromSource: 1 prefix string, 2 configMapRef ConfigMapEnvSource, 3 secretRef SecretEnvSource
        EnvVar: 1 name string, 2 value string, 3 valueFrom EnvVarSource
        EnvVarSource: 1 fieldRef ObjectFieldSelector, 2 resourceFieldRef ResourceFieldSelector,
          3 configMapKeyRef ConfigMapKeySelector, 4 secretKeyRef SecretKeySelector, 5 fileKeyRef FileKeySelector
        EphemeralContainer: 1 +ephemeralContainerCommon EphemeralContainerCommon, 2 targetContainerName string
        EphemeralContainerCommon: 1 name string, 2 image string, 3 command [string], 4 args [string],
          5 workingDir string, 6 ports [ContainerPort], 7 env [EnvVar], 8 resources ResourceRequirements,
          9 volumeMounts [VolumeMount], 10 livenessProbe Probe, 11 readinessProbe Probe, 12 lifecycle Lifecycle,
          13 terminationMessagePath string, 14 imagePullPolicy string, 15 securityContext SecurityContext,
          16 stdin bool, 17 stdinOnce bool, 18 tty bool, 19 envFrom [EnvFromSource],
          20 terminationMessagePolicy string, 21 volumeDevices [VolumeDevice], 22 startupProbe Probe,
          23 resizePolicy [ContainerResizePolicy], 24 restartPolicy string,
          25 restartPolicyRules [ContainerRestartRule]
        EphemeralVolumeSource: 1 volumeClaimTemplate PersistentVolumeClaimTemplate
        Event: 1 metadata ObjectMeta, 2 involvedObject ObjectReference, 3 reason string, 4 message string,
          5 source EventSource, 6 firstTimestamp Time, 7 lastTimestamp Time, 8 count int32, 9 type string,
          10 eventTime MicroTime, 11 series EventSeries, 12 action string, 13 related ObjectReference,
          14 reportingComponent string, 15 reportingInstance string
        EventSeries: 1 count int32, 2 lastObservedTime MicroTime
        EventSource: 1 component string, 2 host string
        ExecAction: 1 command [string]
        FCVolumeSource: 1 targetWWNs [string], 2 lun int32, 3 fsType string, 4 readOnly bool, 5 wwids [string]
        FileKeySelector: 1 volumeName string, 2 path string, 3 key string, 4 optional bool
        FlexVolumeSource: 1 driver string, 2 fsType string, 3 secretRef LocalObjectReference, 4 readOnly bool,
          5 options {string}
        FlockerVolumeSource: 1 datasetName string, 2 datasetUUID string
        GCEPersistentDiskVolumeSource: 1 pdName string, 2 fsType string, 3 partition int32, 4 readOnly bool
        GRPCAction: 1 port int32, 2 service string
        GitRepoVolumeSource: 1 repository string, 2 revision string, 3 directory string
        GlusterfsVolumeSource: 1 endpoints string, 2 path string, 3 readOnly bool
        HTTPGetAction: 1 path string, 2 port IntOrString, 3 host string, 4 scheme string, 5 httpHeaders [HTTPHeader]
        HTTPHeader: 1 name string, 2 value string
        HostAlias: 1 ip string, 2 hostnames [string]
        HostIP: 1 ip string
        HostPathVolumeSource: 1 path string, 2 type string
        ISCSIVolumeSource: 1 targetPortal string, 2 iqn string, 3 lun int32, 4 iscsiInterface string,
          5 fsType string, 6 readOnly bool, 7 portals [string], 8 chapAuthDiscovery bool,
          10 secretRef LocalObjectReference, 11 chapAuthSession bool, 12 initiatorName string
        ImageVolumeSource: 1 reference string, 2 pullPolicy string
        KeyToPath: 1 key string, 2 path string, 3 mode int32
        """
}
