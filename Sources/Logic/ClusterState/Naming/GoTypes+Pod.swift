extension GoTypes {
    /// The template, the pod and what places it (core/v1).
    static let podTypes = """
        v1.PodTemplateSpec: ObjectMeta=metadata v1.ObjectMeta; Spec v1.PodSpec
        v1.PodSpec: Volumes []v1.Volume; InitContainers []v1.Container; Containers []v1.Container;
            EphemeralContainers []v1.EphemeralContainer; RestartPolicy v1.RestartPolicy;
            TerminationGracePeriodSeconds *int64; ActiveDeadlineSeconds *int64;
            DNSPolicy=dnsPolicy v1.DNSPolicy; NodeSelector map[string]string; ServiceAccountName string;
            DeprecatedServiceAccount=serviceAccount string; AutomountServiceAccountToken *bool; NodeName string;
            HostNetwork bool; HostPID bool; HostIPC bool; ShareProcessNamespace *bool;
            SecurityContext *v1.PodSecurityContext; ImagePullSecrets []v1.LocalObjectReference; Hostname string;
            Subdomain string; Affinity *v1.Affinity; SchedulerName string; Tolerations []v1.Toleration;
            HostAliases []v1.HostAlias; PriorityClassName string; Priority *int32;
            DNSConfig=dnsConfig *v1.PodDNSConfig; ReadinessGates []v1.PodReadinessGate;
            RuntimeClassName *string; EnableServiceLinks *bool; PreemptionPolicy *v1.PreemptionPolicy;
            Overhead v1.ResourceList; TopologySpreadConstraints []v1.TopologySpreadConstraint;
            SetHostnameAsFQDN *bool; OS=os *v1.PodOS; HostUsers *bool
        v1.PodSecurityContext: SELinuxOptions=seLinuxOptions *v1.SELinuxOptions;
            WindowsOptions *v1.WindowsSecurityContextOptions; RunAsUser *int64; RunAsGroup *int64;
            RunAsNonRoot *bool; SupplementalGroups []int64; FSGroup=fsGroup *int64; Sysctls []v1.Sysctl;
            FSGroupChangePolicy=fsGroupChangePolicy *v1.PodFSGroupChangePolicy;
            SeccompProfile *v1.SeccompProfile
        v1.SELinuxOptions: User string; Role string; Type string; Level string
        v1.WindowsSecurityContextOptions: GMSACredentialSpecName=gmsaCredentialSpecName *string;
            GMSACredentialSpec=gmsaCredentialSpec *string; RunAsUserName *string; HostProcess *bool
        v1.SeccompProfile: Type v1.SeccompProfileType; LocalhostProfile *string
        v1.Sysctl: Name string; Value string
        v1.PodOS: Name v1.OSName
        v1.HostAlias: IP=ip string; Hostnames []string
        v1.PodDNSConfig: Nameservers []string; Searches []string; Options []v1.PodDNSConfigOption
        v1.PodDNSConfigOption: Name string; Value *string
        v1.PodReadinessGate: ConditionType v1.PodConditionType
        v1.Toleration: Key string; Operator v1.TolerationOperator; Value string; Effect v1.TaintEffect;
            TolerationSeconds *int64
        v1.TopologySpreadConstraint: MaxSkew int32; TopologyKey string;
            WhenUnsatisfiable v1.UnsatisfiableConstraintAction; LabelSelector *v1.LabelSelector;
            MinDomains *int32; NodeAffinityPolicy *v1.NodeInclusionPolicy;
            NodeTaintsPolicy *v1.NodeInclusionPolicy; MatchLabelKeys []string
        v1.Affinity: NodeAffinity *v1.NodeAffinity; PodAffinity *v1.PodAffinity;
            PodAntiAffinity *v1.PodAntiAffinity
        v1.NodeAffinity: RequiredDuringSchedulingIgnoredDuringExecution *v1.NodeSelector;
            PreferredDuringSchedulingIgnoredDuringExecution []v1.PreferredSchedulingTerm
        v1.NodeSelector: NodeSelectorTerms []v1.NodeSelectorTerm
        v1.NodeSelectorTerm: MatchExpressions []v1.NodeSelectorRequirement;
            MatchFields []v1.NodeSelectorRequirement
        v1.NodeSelectorRequirement: Key string; Operator v1.NodeSelectorOperator; Values []string
        v1.PreferredSchedulingTerm: Weight int32; Preference v1.NodeSelectorTerm
        v1.PodAffinity: RequiredDuringSchedulingIgnoredDuringExecution []v1.PodAffinityTerm;
            PreferredDuringSchedulingIgnoredDuringExecution []v1.WeightedPodAffinityTerm
        v1.PodAntiAffinity: RequiredDuringSchedulingIgnoredDuringExecution []v1.PodAffinityTerm;
            PreferredDuringSchedulingIgnoredDuringExecution []v1.WeightedPodAffinityTerm
        v1.PodAffinityTerm: LabelSelector *v1.LabelSelector; Namespaces []string; TopologyKey string;
            NamespaceSelector *v1.LabelSelector
        v1.WeightedPodAffinityTerm: Weight int32; PodAffinityTerm v1.PodAffinityTerm
        """
}
