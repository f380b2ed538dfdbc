"""Fields of the Kubernetes objects that stand inside Argo's: containers, volumes, affinity (core/v1, Kubernetes 1.33)."""

from __future__ import annotations

# Read by `airgo.argo.fields`, which tells the notation.
FIELDS = """
Affinity
    nodeAffinity: NodeAffinity, podAffinity: PodAffinity, podAntiAffinity: PodAffinity
AwsElasticBlockStore
    fsType: string, partition: int, readOnly: bool, volumeID!: string
AzureDisk
    cachingMode: string, diskName!: string, diskURI!: string, fsType: string, kind: string, readOnly: bool
AzureFile
    readOnly: bool, secretName!: string, shareName!: string
Capabilities
    add: [string], drop: [string]
Cephfs
    monitors!: [string], path: string, readOnly: bool, secretFile: string, secretRef: Reference, user: string
Cinder
    fsType: string, readOnly: bool, secretRef: Reference, volumeID!: string
ClaimResources
    limits: {quantity}, requests: {quantity}
ClaimSource
    apiGroup: string, kind!: string, name!: string
ClaimSourceRef
    apiGroup: string, kind!: string, name!: string, namespace: string
ClaimSpec
    accessModes: [string], dataSource: ClaimSource, dataSourceRef: ClaimSourceRef, resources: ClaimResources,
    selector: LabelSelector, storageClassName: string, volumeAttributesClassName: string, volumeMode: string, volumeName: string
ClaimTemplate
    metadata: Metadata, spec!: ClaimSpec
ClaimTemplateObject
    apiVersion: string, kind: string, metadata: Metadata, spec: ClaimSpec
ClusterTrustBundle
    labelSelector: LabelSelector, name: string, optional: bool, path!: string, signerName: string
ConfigMapVolume
    defaultMode: int, items: [KeyPath], name: string, optional: bool
Container
    args: [string], command: [string], env: [EnvVar], envFrom: [EnvFrom], image: string, imagePullPolicy: string,
    lifecycle: Lifecycle, livenessProbe: Probe, name: string, ports: [Port], readinessProbe: Probe,
    resizePolicy: [ResizePolicy], resources: Resources, restartPolicy: string, securityContext: Security, startupProbe: Probe,
    stdin: bool, stdinOnce: bool, terminationMessagePath: string, terminationMessagePolicy: string, tty: bool,
    volumeDevices: [VolumeDevice], volumeMounts: [VolumeMount], workingDir: string
Csi
    driver!: string, fsType: string, nodePublishSecretRef: Reference, readOnly: bool, volumeAttributes: {string}
DnsConfig
    nameservers: [string], options: [DnsOption], searches: [string]
DnsOption
    name: string, value: string
DownwardAPI
    defaultMode: int, items: [DownwardFile]
DownwardFile
    fieldRef: FieldRef, mode: int, path!: string, resourceFieldRef: ResourceFieldRef
DownwardProjection
    items: [DownwardFile]
EmptyDir
    medium: string, sizeLimit: quantity
EnvFrom
    configMapRef: OptionalReference, prefix: string, secretRef: OptionalReference
EnvSource
    configMapKeyRef: KeyRef, fieldRef: FieldRef, resourceFieldRef: ResourceFieldRef, secretKeyRef: KeyRef
EnvVar
    name!: string, value: string, valueFrom: EnvSource
Ephemeral
    volumeClaimTemplate: ClaimTemplate
Exec
    command: [string]
Fc
    fsType: string, lun: int, readOnly: bool, targetWWNs: [string], wwids: [string]
FieldRef
    apiVersion: string, fieldPath!: string
FlexVolume
    driver!: string, fsType: string, options: {string}, readOnly: bool, secretRef: Reference
Flocker
    datasetName: string, datasetUUID: string
GcePersistentDisk
    fsType: string, partition: int, pdName!: string, readOnly: bool
GitRepo
    directory: string, repository!: string, revision: string
Glusterfs
    endpoints!: string, path!: string, readOnly: bool
Grpc
    port!: int, service: string
Handler
    exec: Exec, httpGet: HttpGet, sleep: Sleep, tcpSocket: TcpSocket
HostAliases
    hostnames: [string], ip!: string
HostPath
    path!: string, type: string
HttpGet
    host: string, httpHeaders: [NameValue], path: string, port!: intorstring, scheme: string
ImageVolume
    pullPolicy: string, reference: string
Iscsi
    chapAuthDiscovery: bool, chapAuthSession: bool, fsType: string, initiatorName: string, iqn!: string, iscsiInterface: string,
    lun!: int, portals: [string], readOnly: bool, secretRef: Reference, targetPortal!: string
KeyPath
    key!: string, mode: int, path!: string
KeyProjection
    items: [KeyPath], name: string, optional: bool
KeyRef
    key!: string, name: string, optional: bool
LabelSelector
    matchExpressions: [Requirement], matchLabels: {string}
Labelled
    annotations: {string}, labels: {string}
Lifecycle
    postStart: Handler, preStop: Handler, stopSignal: string
Metadata
    annotations: {string}, finalizers: [string], generateName: string, labels: {string}, name: string, namespace: string
NameValue
    name!: string, value!: string
Nfs
    path!: string, readOnly: bool, server!: string
NodeAffinity
    preferredDuringSchedulingIgnoredDuringExecution: [PreferredNodes],
    requiredDuringSchedulingIgnoredDuringExecution: RequiredNodes
NodeSelectorTerm
    matchExpressions: [Requirement], matchFields: [Requirement]
OptionalReference
    name: string, optional: bool
ClaimVolume
    claimName!: string, readOnly: bool
PhotonPersistentDisk
    fsType: string, pdID!: string
PodAffinity
    preferredDuringSchedulingIgnoredDuringExecution: [PreferredPods],
    requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm]
PodAffinityTerm
    labelSelector: LabelSelector, matchLabelKeys: [string], mismatchLabelKeys: [string], namespaceSelector: LabelSelector,
    namespaces: [string], topologyKey!: string
PodDisruptionBudget
    maxUnavailable: intorstring, minAvailable: intorstring, selector: LabelSelector, unhealthyPodEvictionPolicy: string
PodSecurity
    appArmorProfile: Profile, fsGroup: int, fsGroupChangePolicy: string, runAsGroup: int, runAsNonRoot: bool, runAsUser: int,
    seLinuxChangePolicy: string, seLinuxOptions: SeLinux, seccompProfile: Profile, supplementalGroups: [int],
    supplementalGroupsPolicy: string, sysctls: [NameValue], windowsOptions: WindowsOptions
Port
    containerPort!: int, hostIP: string, hostPort: int, name: string, protocol: string
PortworxVolume
    fsType: string, readOnly: bool, volumeID!: string
PreferredNodes
    preference!: NodeSelectorTerm, weight!: int
PreferredPods
    podAffinityTerm!: PodAffinityTerm, weight!: int
Probe
    exec: Exec, failureThreshold: int, grpc: Grpc, httpGet: HttpGet, initialDelaySeconds: int, periodSeconds: int,
    successThreshold: int, tcpSocket: TcpSocket, terminationGracePeriodSeconds: int, timeoutSeconds: int
Profile
    localhostProfile: string, type!: string
Projected
    defaultMode: int, sources: [ProjectedSource]
ProjectedSource
    clusterTrustBundle: ClusterTrustBundle, configMap: KeyProjection, downwardAPI: DownwardProjection, secret: KeyProjection,
    serviceAccountToken: ServiceAccountToken
Quobyte
    group: string, readOnly: bool, registry!: string, tenant: string, user: string, volume!: string
Rbd
    fsType: string, image!: string, keyring: string, monitors!: [string], pool: string, readOnly: bool, secretRef: Reference,
    user: string
Reference
    name: string
RequiredNodes
    nodeSelectorTerms!: [NodeSelectorTerm]
Requirement
    key!: string, operator!: string, values: [string]
ResizePolicy
    resourceName!: string, restartPolicy!: string
ResourceClaim
    name!: string, request: string
ResourceFieldRef
    containerName: string, divisor: quantity, resource!: string
Resources
    claims: [ResourceClaim], limits: {quantity}, requests: {quantity}
ScaleIO
    fsType: string, gateway!: string, protectionDomain: string, readOnly: bool, secretRef!: Reference, sslEnabled: bool,
    storageMode: string, storagePool: string, system!: string, volumeName: string
SeLinux
    level: string, role: string, type: string, user: string
SecretVolume
    defaultMode: int, items: [KeyPath], optional: bool, secretName: string
Security
    allowPrivilegeEscalation: bool, appArmorProfile: Profile, capabilities: Capabilities, privileged: bool, procMount: string,
    readOnlyRootFilesystem: bool, runAsGroup: int, runAsNonRoot: bool, runAsUser: int, seLinuxOptions: SeLinux,
    seccompProfile: Profile, windowsOptions: WindowsOptions
ServiceAccountToken
    audience: string, expirationSeconds: int, path!: string
Sleep
    seconds!: int
Storageos
    fsType: string, readOnly: bool, secretRef: Reference, volumeName: string, volumeNamespace: string
TcpSocket
    host: string, port!: intorstring
Toleration
    effect: string, key: string, operator: string, tolerationSeconds: int, value: string
Volume
    awsElasticBlockStore: AwsElasticBlockStore, azureDisk: AzureDisk, azureFile: AzureFile, cephfs: Cephfs, cinder: Cinder,
    configMap: ConfigMapVolume, csi: Csi, downwardAPI: DownwardAPI, emptyDir: EmptyDir, ephemeral: Ephemeral, fc: Fc,
    flexVolume: FlexVolume, flocker: Flocker, gcePersistentDisk: GcePersistentDisk, gitRepo: GitRepo, glusterfs: Glusterfs,
    hostPath: HostPath, image: ImageVolume, iscsi: Iscsi, name!: string, nfs: Nfs, persistentVolumeClaim: ClaimVolume,
    photonPersistentDisk: PhotonPersistentDisk, portworxVolume: PortworxVolume, projected: Projected, quobyte: Quobyte,
    rbd: Rbd, scaleIO: ScaleIO, secret: SecretVolume, storageos: Storageos, vsphereVolume: VsphereVolume
VolumeDevice
    devicePath!: string, name!: string
VolumeMount
    mountPath!: string, mountPropagation: string, name!: string, readOnly: bool, recursiveReadOnly: string, subPath: string,
    subPathExpr: string
VsphereVolume
    fsType: string, storagePolicyID: string, storagePolicyName: string, volumePath!: string
WindowsOptions
    gmsaCredentialSpec: string, gmsaCredentialSpecName: string, hostProcess: bool, runAsUserName: string
"""
