extension APISchema {
    /// Messages of meta/v1 and of the other groups (k8s.io/api, apimachinery, Kubernetes 1.34), each behind a line with
    /// its package.
    static let others = """
        @io.k8s.api.apps.v1
        ControllerRevision: 1 metadata ObjectMeta, 2 data RawExtension, 3 revision int64
        DaemonSet: 1 metadata ObjectMeta, 2 spec DaemonSetSpec, 3 status DaemonSetStatus
        DaemonSetCondition: 1 type string, 2 status string, 3 lastTransitionTime Time, 4 reason string,
          5 message string
        DaemonSetSpec: 1 selector LabelSelector, 2 template PodTemplateSpec,
          3 updateStrategy DaemonSetUpdateStrategy, 4 minReadySeconds int32, 6 revisionHistoryLimit int32
        DaemonSetStatus: 1 currentNumberScheduled int32, 2 numberMisscheduled int32, 3 desiredNumberScheduled int32,
          4 numberReady int32, 5 observedGeneration int64, 6 updatedNumberScheduled int32, 7 numberAvailable int32,
          8 numberUnavailable int32, 9 collisionCount int32, 10 conditions [DaemonSetCondition]
        DaemonSetUpdateStrategy: 1 type string, 2 rollingUpdate RollingUpdateDaemonSet
        Deployment: 1 metadata ObjectMeta, 2 spec DeploymentSpec, 3 status DeploymentStatus
        DeploymentCondition: 1 type string, 2 status string, 4 reason string, 5 message string,
          6 lastUpdateTime Time, 7 lastTransitionTime Time
        DeploymentSpec: 1 replicas int32, 2 selector LabelSelector, 3 template PodTemplateSpec,
          4 strategy DeploymentStrategy, 5 minReadySeconds int32, 6 revisionHistoryLimit int32, 7 paused bool,
          9 progressDeadlineSeconds int32
        DeploymentStatus: 1 observedGeneration int64, 2 replicas int32, 3 updatedReplicas int32,
          4 availableReplicas int32, 5 unavailableReplicas int32, 6 conditions [DeploymentCondition],
          7 readyReplicas int32, 8 collisionCount int32, 9 terminatingReplicas int32
        DeploymentStrategy: 1 type string, 2 rollingUpdate RollingUpdateDeployment
        ReplicaSet: 1 metadata ObjectMeta, 2 spec ReplicaSetSpec, 3 status ReplicaSetStatus
        ReplicaSetCondition: 1 type string, 2 status string, 3 lastTransitionTime Time, 4 reason string,
          5 message string
        ReplicaSetSpec: 1 replicas int32, 2 selector LabelSelector, 3 template PodTemplateSpec,
          4 minReadySeconds int32
        ReplicaSetStatus: 1 replicas int32, 2 fullyLabeledReplicas int32, 3 observedGeneration int64,
          4 readyReplicas int32, 5 availableReplicas int32, 6 conditions [ReplicaSetCondition],
          7 terminatingReplicas int32
        RollingUpdateDaemonSet: 1 maxUnavailable IntOrString, 2 maxSurge IntOrString
        RollingUpdateDeployment: 1 maxUnavailable IntOrString, 2 maxSurge IntOrString
        RollingUpdateStatefulSetStrategy: 1 partition int32, 2 maxUnavailable IntOrString
        StatefulSet: 1 metadata ObjectMeta, 2 spec StatefulSetSpec, 3 status StatefulSetStatus
        StatefulSetCondition: 1 type string, 2 status string, 3 lastTransitionTime Time, 4 reason string,
          5 message string
        StatefulSetOrdinals: 1 start int32
        StatefulSetPersistentVolumeClaimRetentionPolicy: 1 whenDeleted string, 2 whenScaled string
        StatefulSetSpec: 1 replicas int32, 2 selector LabelSelector, 3 template PodTemplateSpec,
          4 volumeClaimTemplates [PersistentVolumeClaim], 5 serviceName string, 6 podManagementPolicy string,
          7 updateStrategy StatefulSetUpdateStrategy, 8 revisionHistoryLimit int32, 9 minReadySeconds int32,
          10 persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy,
          11 ordinals StatefulSetOrdinals
        StatefulSetStatus: 1 observedGeneration int64, 2 replicas int32, 3 readyReplicas int32,
          4 currentReplicas int32, 5 updatedReplicas int32, 6 currentRevision string, 7 updateRevision string,
          9 collisionCount int32, 10 conditions [StatefulSetCondition], 11 availableReplicas int32
        StatefulSetUpdateStrategy: 1 type string, 2 rollingUpdate RollingUpdateStatefulSetStrategy
        @io.k8s.api.authentication.v1
        AuthenticationExtraValue: 1 items [string]
        SelfSubjectReview: 1 metadata ObjectMeta, 2 status SelfSubjectReviewStatus
        SelfSubjectReviewStatus: 1 userInfo UserInfo
        UserInfo: 1 username string, 2 uid string, 3 groups [string], 4 extra {AuthenticationExtraValue}
        @io.k8s.api.authorization.v1
        AuthorizationExtraValue: 1 items [string]
        FieldSelectorAttributes: 1 rawSelector string, 2 requirements [FieldSelectorRequirement]
        LabelSelectorAttributes: 1 rawSelector string, 2 requirements [LabelSelectorRequirement]
        LocalSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec,
          3 status SubjectAccessReviewStatus
        NonResourceAttributes: 1 path string, 2 verb string
        NonResourceRule: 1 verbs [string], 2 nonResourceURLs [string]
        ResourceAttributes: 1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string,
          6 subresource string, 7 name string, 8 fieldSelector FieldSelectorAttributes,
          9 labelSelector LabelSelectorAttributes
        ResourceRule: 1 verbs [string], 2 apiGroups [string], 3 resources [string], 4 resourceNames [string]
        SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec,
          3 status SubjectAccessReviewStatus
        SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes,
          2 nonResourceAttributes NonResourceAttributes
        SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec,
          3 status SubjectRulesReviewStatus
        SelfSubjectRulesReviewSpec: 1 namespace string
        SubjectAccessReview: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec,
          3 status SubjectAccessReviewStatus
        SubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes,
          2 nonResourceAttributes NonResourceAttributes, 3 user string, 4 groups [string],
          5 extra {AuthorizationExtraValue}, 6 uid string
        SubjectAccessReviewStatus: 1 allowed bool, 2 reason string, 3 evaluationError string, 4 denied bool
        SubjectRulesReviewStatus: 1 resourceRules [ResourceRule], 2 nonResourceRules [NonResourceRule],
          3 incomplete bool, 4 evaluationError string
        @io.k8s.api.autoscaling.v1
        Scale: 1 metadata ObjectMeta, 2 spec ScaleSpec, 3 status ScaleStatus
        ScaleSpec: 1 replicas int32
        ScaleStatus: 1 replicas int32, 2 selector string
        @io.k8s.api.batch.v1
        Job: 1 metadata ObjectMeta, 2 spec JobSpec, 3 status JobStatus
        JobCondition: 1 type string, 2 status string, 3 lastProbeTime Time, 4 lastTransitionTime Time,
          5 reason string, 6 message string
        JobSpec: 1 parallelism int32, 2 completions int32, 3 activeDeadlineSeconds int64, 4 selector LabelSelector,
          5 manualSelector bool, 6 template PodTemplateSpec, 7 backoffLimit int32, 8 ttlSecondsAfterFinished int32,
          9 completionMode string, 10 suspend bool, 11 podFailurePolicy PodFailurePolicy,
          12 backoffLimitPerIndex int32, 13 maxFailedIndexes int32, 14 podReplacementPolicy string,
          15 managedBy string, 16 successPolicy SuccessPolicy
        JobStatus: 1 conditions [JobCondition], 2 startTime Time, 3 completionTime Time, 4 active int32,
          5 succeeded int32, 6 failed int32, 7 completedIndexes string,
          8 uncountedTerminatedPods UncountedTerminatedPods, 9 ready int32, 10 failedIndexes string,
          11 terminating int32
        PodFailurePolicy: 1 rules [PodFailurePolicyRule]
        PodFailurePolicyOnExitCodesRequirement: 1 containerName string, 2 operator string, 3 values [int32]
        PodFailurePolicyOnPodConditionsPattern: 1 type string, 2 status string
        PodFailurePolicyRule: 1 action string, 2 onExitCodes PodFailurePolicyOnExitCodesRequirement,
          3 onPodConditions [PodFailurePolicyOnPodConditionsPattern]
        SuccessPolicy: 1 rules [SuccessPolicyRule]
        SuccessPolicyRule: 1 succeededIndexes string, 2 succeededCount int32
        UncountedTerminatedPods: 1 succeeded [string], 2 failed [string]
        @io.k8s.api.coordination.v1
        Lease: 1 metadata ObjectMeta, 2 spec LeaseSpec
        LeaseSpec: 1 holderIdentity string, 2 leaseDurationSeconds int32, 3 acquireTime MicroTime,
          4 renewTime MicroTime, 5 leaseTransitions int32, 6 strategy string, 7 preferredHolder string
        @io.k8s.api.discovery.v1
        DiscoveryEndpointPort: 1 name string, 2 protocol string, 3 port int32, 4 appProtocol string
        Endpoint: 1 addresses [string], 2 conditions EndpointConditions, 3 hostname string,
          4 targetRef ObjectReference, 5 deprecatedTopology {string}, 6 nodeName string, 7 zone string,
          8 hints EndpointHints
        EndpointConditions: 1 ready bool, 2 serving bool, 3 terminating bool
        EndpointHints: 1 forZones [ForZone], 2 forNodes [ForNode]
        EndpointSlice: 1 metadata ObjectMeta, 2 endpoints [Endpoint], 3 ports [DiscoveryEndpointPort],
          4 addressType string
        ForNode: 1 name string
        ForZone: 1 name string
        @io.k8s.api.policy.v1
        Eviction: 1 metadata ObjectMeta, 2 deleteOptions DeleteOptions
        PodDisruptionBudget: 1 metadata ObjectMeta, 2 spec PodDisruptionBudgetSpec,
          3 status PodDisruptionBudgetStatus
        PodDisruptionBudgetSpec: 1 minAvailable IntOrString, 2 selector LabelSelector, 3 maxUnavailable IntOrString,
          4 unhealthyPodEvictionPolicy string
        PodDisruptionBudgetStatus: 1 observedGeneration int64, 2 disruptedPods {Time}, 3 disruptionsAllowed int32,
          4 currentHealthy int32, 5 desiredHealthy int32, 6 expectedPods int32, 7 conditions [Condition]
        @io.k8s.apimachinery.pkg.apis.meta.v1
        Condition: 1 type string, 2 status string, 3 observedGeneration int64, 4 lastTransitionTime Time,
          5 reason string, 6 message string
        DeleteOptions: 1 gracePeriodSeconds int64, 2 preconditions Preconditions, 3 orphanDependents bool,
          4 propagationPolicy string, 5 dryRun [string], 6 ignoreStoreReadErrorWithClusterBreakingPotential bool
        FieldSelectorRequirement: 1 key string, 2 operator string, 3 values [string]
        LabelSelector: 1 matchLabels {string}, 2 matchExpressions [LabelSelectorRequirement]
        LabelSelectorRequirement: 1 key string, 2 operator string, 3 values [string]
        ManagedFieldsEntry: 1 manager string, 2 operation string, 3 apiVersion string, 4 time Time,
          6 fieldsType string, 7 fieldsV1 FieldsV1, 8 subresource string
        ObjectMeta: 1 name string, 2 generateName string, 3 namespace string, 4 selfLink string, 5 uid string,
          6 resourceVersion string, 7 generation int64, 8 creationTimestamp Time, 9 deletionTimestamp Time,
          10 deletionGracePeriodSeconds int64, 11 labels {string}, 12 annotations {string},
          13 ownerReferences [OwnerReference], 14 finalizers [string], 17 managedFields [ManagedFieldsEntry]
        OwnerReference: 1 kind string, 3 name string, 4 uid string, 5 apiVersion string, 6 controller bool,
          7 blockOwnerDeletion bool
        Preconditions: 1 uid string, 2 resourceVersion string
        """
}
