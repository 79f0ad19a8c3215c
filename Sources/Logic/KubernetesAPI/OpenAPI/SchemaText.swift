/// What `explain` says of kinds and fields, in netlab's own words; short, and only where a name does not say it all.
enum SchemaText {
    static func describe(_ message: String) -> String { kinds[message] ?? "" }

    static func describe(_ field: String, of message: String) -> String {
        fields["\(message).\(field)"] ?? common[field] ?? ""
    }

    private static let kinds = [
        "Deployment": "A number of equal pods, replaced step by step when their template changes.",
        "ReplicaSet": "Keeps a number of equal pods; Deployments make them.",
        "DaemonSet": "One pod on each node that fits.",
        "Pod": "Containers that share a network namespace; netlab runs real processes in it.",
        "Service": "A stable address in front of the pods that a selector finds.",
        "Endpoints": "Addresses of the ready pods behind a service.",
        "EndpointSlice": "A part of the addresses behind a service, with their conditions.",
        "Node": "A machine of the cluster: here a network namespace.",
        "Namespace": "A scope for names.", "ConfigMap": "Settings as text.",
        "Secret": "Settings that are not to be shown.", "ServiceAccount": "An identity for pods.",
        "Event": "Something that happened to an object.", "CiliumNode": "A node as Cilium's agents see it.",
        "PodSpec": "What is wanted of a pod.", "ServiceSpec": "What is wanted of a service.",
        "DeploymentSpec": "What is wanted of a deployment.", "Container": "A program that runs in a pod.",
        "ObjectMeta": "What every object carries.", "Job": "Runs pods until enough of them have succeeded.",
        "Lease": "Who leads, and until when; for clients that elect a leader.",
        "CiliumEndpoint": "A pod with an address as Cilium sees it.",
        "ControllerRevision": "A template that a DaemonSet had, kept to go back to.",
    ]

    private static let common = [
        "apiVersion": "The version of the schema that this object follows.",
        "kind": "What this object is.", "metadata": "Name, labels and what else every object carries.",
        "spec": "What is wanted.", "status": "What is observed; written by the system.",
        "labels": "Words to select objects by.", "annotations": "Notes for tools and people.",
        "conditions": "What holds at present, and since when.",
    ]

    private static let fields = [
        "DeploymentSpec.replicas": "How many pods are wanted; 1 when left out.",
        "DeploymentSpec.selector": "Which pods are its own; must match the template's labels.",
        "DeploymentSpec.template": "The pods that are made.",
        "DeploymentSpec.strategy": "How pods are replaced by new ones.",
        "DeploymentSpec.paused": "Whether changes of the template wait.",
        "PodSpec.containers": "The programs that run.",
        "PodSpec.nodeName": "The node; set by the scheduler.",
        "PodSpec.hostNetwork": "Whether the pod shares its node's network.",
        "Container.image": "An image that netlab has built in; anything else needs a command.",
        "Container.command": "The program and its first arguments, from the host's file system.",
        "Container.readinessProbe": "When the container may get traffic.",
        "ServiceSpec.selector": "Labels of the pods behind the service.",
        "ServiceSpec.clusterIP": "The virtual address; None for a headless service.",
        "ServiceSpec.ports": "The ports that are served.",
        "ServicePort.targetPort": "The port of the pods: a number, or the name of a container's port.",
        "NodeSpec.unschedulable": "Whether new pods stay away (cordon).",
        "NodeSpec.taints": "What keeps pods without a toleration away.",
    ]

    /// Fields that an object cannot be without (`+required` in k8s.io/api).
    static let required = [
        "Binding": ["target"], "ConfigMapKeySelector": ["key"], "Container": ["name"],
        "ContainerPort": ["containerPort"], "ControllerRevision": ["revision"],
        "DaemonSetSpec": ["selector", "template"], "DeploymentSpec": ["selector", "template"],
        "Endpoint": ["addresses"], "EndpointAddress": ["ip"], "EndpointSlice": ["addressType", "endpoints"],
        "EnvVar": ["name"], "EphemeralContainer": ["name"], "Event": ["metadata", "involvedObject"],
        "HTTPGetAction": ["port"], "HTTPHeader": ["name", "value"], "JobSpec": ["template"],
        "KeyToPath": ["key", "path"], "LabelSelectorRequirement": ["key", "operator"],
        "NodeAddress": ["type", "address"],
        "NodeCondition": ["type", "status"], "NodeSelector": ["nodeSelectorTerms"],
        "NodeSelectorRequirement": ["key", "operator"], "ObjectFieldSelector": ["fieldPath"],
        "OwnerReference": ["apiVersion", "kind", "name", "uid"], "PodCondition": ["type", "status"],
        "PodSpec": ["containers"], "ReplicaSetSpec": ["selector"], "SecretKeySelector": ["key"],
        "ServicePort": ["port"], "StatefulSetSpec": ["selector", "template"], "TCPSocketAction": ["port"],
        "Taint": ["key", "effect"], "TopologySpreadConstraint": ["maxSkew", "topologyKey", "whenUnsatisfiable"],
        "Volume": ["name"], "VolumeMount": ["name", "mountPath"],
    ]
}
