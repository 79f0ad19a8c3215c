extension GoTypes {
    /// Metadata and selectors (meta/v1).
    static let metaTypes = """
        v1.ObjectMeta: Name string; GenerateName string; Namespace string; SelfLink string; UID=uid types.UID;
            ResourceVersion string; Generation int64; CreationTimestamp v1.Time; DeletionTimestamp *v1.Time;
            DeletionGracePeriodSeconds *int64; Labels map[string]string; Annotations map[string]string;
            OwnerReferences []v1.OwnerReference; Finalizers []string; ManagedFields []v1.ManagedFieldsEntry
        v1.OwnerReference: APIVersion=apiVersion string; Kind string; Name string; UID=uid types.UID;
            Controller *bool; BlockOwnerDeletion *bool
        v1.LabelSelector: MatchLabels map[string]string; MatchExpressions []v1.LabelSelectorRequirement
        v1.LabelSelectorRequirement: Key string; Operator v1.LabelSelectorOperator; Values []string
        v1.TypedLocalObjectReference: APIGroup=apiGroup *string; Kind string; Name string
        v1.LocalObjectReference: Name string
        """
}
