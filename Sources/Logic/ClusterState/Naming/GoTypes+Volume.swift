extension GoTypes {
    /// Volumes a lab may name (core/v1); the sources of one cloud or storage product are left out.
    static let volumeTypes = """
        v1.Volume: Name string; VolumeSource=~ v1.VolumeSource
        v1.VolumeSource: HostPath *v1.HostPathVolumeSource; EmptyDir *v1.EmptyDirVolumeSource;
            GCEPersistentDisk=gcePersistentDisk *v1.GCEPersistentDiskVolumeSource;
            AWSElasticBlockStore=awsElasticBlockStore *v1.AWSElasticBlockStoreVolumeSource;
            GitRepo *v1.GitRepoVolumeSource; Secret *v1.SecretVolumeSource; NFS=nfs *v1.NFSVolumeSource;
            ISCSI=iscsi *v1.ISCSIVolumeSource; Glusterfs *v1.GlusterfsVolumeSource;
            PersistentVolumeClaim *v1.PersistentVolumeClaimVolumeSource; RBD=rbd *v1.RBDVolumeSource;
            FlexVolume *v1.FlexVolumeSource; Cinder *v1.CinderVolumeSource;
            CephFS=cephfs *v1.CephFSVolumeSource; Flocker *v1.FlockerVolumeSource;
            DownwardAPI *v1.DownwardAPIVolumeSource; FC=fc *v1.FCVolumeSource;
            AzureFile *v1.AzureFileVolumeSource; ConfigMap *v1.ConfigMapVolumeSource;
            VsphereVolume *v1.VsphereVirtualDiskVolumeSource; Quobyte *v1.QuobyteVolumeSource;
            AzureDisk *v1.AzureDiskVolumeSource; PhotonPersistentDisk *v1.PhotonPersistentDiskVolumeSource;
            Projected *v1.ProjectedVolumeSource; PortworxVolume *v1.PortworxVolumeSource;
            ScaleIO *v1.ScaleIOVolumeSource; StorageOS=storageos *v1.StorageOSVolumeSource;
            CSI=csi *v1.CSIVolumeSource; Ephemeral *v1.EphemeralVolumeSource
        v1.HostPathVolumeSource: Path string; Type *v1.HostPathType
        v1.EmptyDirVolumeSource: Medium v1.StorageMedium; SizeLimit *resource.Quantity
        v1.SecretVolumeSource: SecretName string; Items []v1.KeyToPath; DefaultMode *int32; Optional *bool
        v1.ConfigMapVolumeSource: LocalObjectReference=~ v1.LocalObjectReference; Items []v1.KeyToPath;
            DefaultMode *int32; Optional *bool
        v1.KeyToPath: Key string; Path string; Mode *int32
        v1.NFSVolumeSource: Server string; Path string; ReadOnly bool
        v1.PersistentVolumeClaimVolumeSource: ClaimName string; ReadOnly bool
        v1.DownwardAPIVolumeSource: Items []v1.DownwardAPIVolumeFile; DefaultMode *int32
        v1.DownwardAPIVolumeFile: Path string; FieldRef *v1.ObjectFieldSelector;
            ResourceFieldRef *v1.ResourceFieldSelector; Mode *int32
        v1.ProjectedVolumeSource: Sources []v1.VolumeProjection; DefaultMode *int32
        v1.VolumeProjection: Secret *v1.SecretProjection; DownwardAPI *v1.DownwardAPIProjection;
            ConfigMap *v1.ConfigMapProjection; ServiceAccountToken *v1.ServiceAccountTokenProjection
        v1.SecretProjection: LocalObjectReference=~ v1.LocalObjectReference; Items []v1.KeyToPath;
            Optional *bool
        v1.ConfigMapProjection: LocalObjectReference=~ v1.LocalObjectReference; Items []v1.KeyToPath;
            Optional *bool
        v1.DownwardAPIProjection: Items []v1.DownwardAPIVolumeFile
        v1.ServiceAccountTokenProjection: Audience string; ExpirationSeconds *int64; Path string
        v1.CSIVolumeSource: Driver string; ReadOnly *bool; FSType=fsType *string;
            VolumeAttributes map[string]string; NodePublishSecretRef *v1.LocalObjectReference
        """
}
