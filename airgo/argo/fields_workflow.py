"""Fields of Argo's own objects, as in the full CRDs of 3.7, with those that 4.1 adds."""

from __future__ import annotations

# Read by `airgo.argo.fields`, which tells the notation.
FIELDS = """
Archive
    none: object, tar: Tar, zip: object
ArchiveLocation
    archiveLogs: bool, artifactory: Artifactory, azure: Azure, gcs: Gcs, git: Git, hdfs: Hdfs, http: Http, oss: Oss, raw: Raw,
    s3: S3
Arguments
    artifacts: [Artifact], parameters: [Parameter]
Artifact
    archive: Archive, archiveLogs: bool, artifactGC: ArtifactGC, artifactory: Artifactory, azure: Azure, deleted: bool,
    from: string, fromExpression: string, gcs: Gcs, git: Git, globalName: string, hdfs: Hdfs, http: Http, mode: int,
    name!: string, optional: bool, oss: Oss, path: string, plugin: object, raw: Raw, recurseMode: bool, s3: S3, subPath: string
ArtifactGC
    podMetadata: Labelled, serviceAccountName: string, strategy: string
ArtifactRepositoryRef
    configMap: string, key: string
Artifactory
    passwordSecret: KeyRef, url!: string, usernameSecret: KeyRef
Auth
    basicAuth: BasicAuth, clientCert: ClientCert, oauth2: Oauth2
Azure
    accountKeySecret: KeyRef, blob!: string, container!: string, endpoint!: string, useSDKCreds: bool
Backoff
    cap: string, duration: string, factor: intorstring, maxDuration: string
BasicAuth
    passwordSecret: KeyRef, usernameSecret: KeyRef
BodyFrom
    bytes: string
Cache
    configMap!: KeyRef
ClientCert
    clientCertSecret: KeyRef, clientKeySecret: KeyRef
ContainerNode(Container)
    dependencies: [string], name!: string
ContainerRetry
    duration: string, retries!: intorstring
ContainerSet
    containers!: [ContainerNode], retryStrategy: ContainerRetry, volumeMounts: [VolumeMount]
ContinueOn
    error: bool, failed: bool
Counter
    value!: string
CreateBucketIfNotPresent
    objectLocking: bool
CronWorkflowSpec
    concurrencyPolicy: string, failedJobsHistoryLimit: int, schedule: string, schedules: [string], startingDeadlineSeconds: int,
    stopStrategy: Expression, successfulJobsHistoryLimit: int, suspend: bool, timezone: string, when: string,
    workflowMetadata: Metadata, workflowSpec!: WorkflowSpec
Dag
    failFast: bool, target: string, tasks!: [DagTask]
DagTask
    arguments: Arguments, continueOn: ContinueOn, dependencies: [string], depends: string, hooks: {Hook}, inline: Template,
    name!: string, onExit: string, template: string, templateRef: TemplateRef, when: string, withItems: list, withParam: string,
    withSequence: WithSequence
DataSource
    artifactPaths: Artifact
DataTemplate
    source!: DataSource, transformation!: [Expression]
Database
    key!: string
EncryptionOptions
    enableEncryption: bool, kmsEncryptionContext: string, kmsKeyId: string, serverSideCustomerKeySecret: KeyRef
Executor
    serviceAccountName: string
Expression
    expression!: string
Gauge
    operation: string, realtime!: bool, value!: string
Gcs
    bucket: string, key!: string, serviceAccountKeySecret: KeyRef
Git
    branch: string, depth: int, disableSubmodules: bool, fetch: [string], insecureIgnoreHostKey: bool, insecureSkipTLS: bool,
    passwordSecret: KeyRef, repo!: string, revision: string, singleBranch: bool, sshPrivateKeySecret: KeyRef,
    usernameSecret: KeyRef
Hdfs
    addresses: [string], dataTransferProtection: string, force: bool, hdfsUser: string, krbCCacheSecret: KeyRef,
    krbConfigConfigMap: KeyRef, krbKeytabSecret: KeyRef, krbRealm: string, krbServicePrincipalName: string, krbUsername: string,
    path!: string
HeaderSource
    secretKeyRef: KeyRef
Histogram
    buckets!: [number], value!: string
Hook
    arguments: Arguments, expression: string, template: string, templateRef: TemplateRef
Http
    auth: Auth, headers: [NameValue], url!: string
HttpHeader
    name!: string, value: string, valueFrom: HeaderSource
HttpTemplate
    body: string, bodyFrom: BodyFrom, headers: [HttpHeader], insecureSkipVerify: bool, method: string, successCondition: string,
    timeoutSeconds: int, url!: string
KeyValue
    key!: string, value: string
LifecycleRule
    markDeletionAfterDays: int, markInfrequentAccessAfterDays: int
ManifestFrom
    artifact!: Artifact
Memoize
    cache!: Cache, key!: string, maxAge!: string
Metric
    counter: Counter, gauge: Gauge, help!: string, histogram: Histogram, labels: [MetricLabel], name!: string, when: string
MetricLabel
    key!: string, value!: string
Metrics
    prometheus!: [Metric]
Mutex
    database: bool, name: string, namespace: string
Oauth2
    clientIDSecret: KeyRef, clientSecretSecret: KeyRef, endpointParams: [KeyValue], scopes: [string], tokenURLSecret: KeyRef
Oss
    accessKeySecret: KeyRef, bucket: string, createBucketIfNotPresent: bool, endpoint: string, key!: string,
    lifecycleRule: LifecycleRule, secretKeySecret: KeyRef, securityToken: string, useSDKCreds: bool
Outputs
    artifacts: [Artifact], exitCode: string, parameters: [Parameter], result: string
Parameter
    default: anystring, description: anystring, enum: [anystring], globalName: string, name!: string, value: anystring,
    valueFrom: ValueFrom
PodGC
    deleteDelayDuration: string, labelSelector: LabelSelector, strategy: string
Raw
    data!: string
ResourceTemplate
    action!: string, failureCondition: string, flags: [string], manifest: string, manifestFrom: ManifestFrom,
    mergeStrategy: string, setOwnerReference: bool, successCondition: string
RetryAffinity
    nodeAntiAffinity: object
RetryStrategy
    affinity: RetryAffinity, backoff: Backoff, expression: string, limit: intorstring, retryPolicy: string
S3
    accessKeySecret: KeyRef, bucket: string, caSecret: KeyRef, createBucketIfNotPresent: CreateBucketIfNotPresent,
    encryptionOptions: EncryptionOptions, endpoint: string, insecure: bool, key: string, region: string, roleARN: string,
    secretKeySecret: KeyRef, sessionTokenSecret: KeyRef, useSDKCreds: bool
Script(Container)
    source: string
Semaphore
    configMapKeyRef: KeyRef, database: Database, namespace: string
Step
    arguments: Arguments, continueOn: ContinueOn, hooks: {Hook}, inline: Template, name: string, onExit: string,
    template: string, templateRef: TemplateRef, when: string, withItems: list, withParam: string, withSequence: WithSequence
Suspend
    duration: string
Synchronization
    mutex: Mutex, mutexes: [Mutex], semaphore: Semaphore, semaphores: [Semaphore]
Tar
    compressionLevel: int
Template
    activeDeadlineSeconds: intorstring, affinity: Affinity, annotations: {string}, archiveLocation: ArchiveLocation,
    automountServiceAccountToken: bool, container: Container, containerSet: ContainerSet, daemon: bool, dag: Dag,
    data: DataTemplate, executor: Executor, failFast: bool, hostAliases: [HostAliases], http: HttpTemplate,
    initContainers: [UserContainer], inputs: Arguments, memoize: Memoize, metadata: Labelled, metrics: Metrics, name: string,
    nodeSelector: {string}, outputs: Outputs, parallelism: int, pendingTimeout: string, plugin: object, podResources: Resources,
    podSpecPatch: string, priorityClassName: string, resource: ResourceTemplate, resourceClaims: [object],
    retryStrategy: RetryStrategy, schedulerName: string, script: Script, securityContext: PodSecurity,
    serviceAccountName: string, sidecars: [UserContainer], steps: [[Step]], suspend: Suspend, synchronization: Synchronization,
    timeout: string, tolerations: [Toleration], volumes: [Volume]
TemplateRef
    clusterScope: bool, name: string, template: string
TtlStrategy
    secondsAfterCompletion: int, secondsAfterFailure: int, secondsAfterSuccess: int
UserContainer(Container)
    mirrorVolumeMounts: bool, name!: string
ValueFrom
    configMapKeyRef: KeyRef, default: anystring, event: string, expression: string, jqFilter: string, jsonPath: string,
    parameter: string, path: string, supplied: object
VolumeClaimGC
    strategy: string
WithSequence
    count: intorstring, end: intorstring, format: string, start: intorstring
WorkflowArtifactGC
    forceFinalizerRemoval: bool, podMetadata: Labelled, podSpecPatch: string, serviceAccountName: string, strategy: string
WorkflowMetadata
    annotations: {string}, labels: {string}, labelsFrom: {Expression}
WorkflowSpec
    activeDeadlineSeconds: int, affinity: Affinity, archiveLogs: bool, arguments: Arguments, artifactGC: WorkflowArtifactGC,
    artifactRepositoryRef: ArtifactRepositoryRef, automountServiceAccountToken: bool, dnsConfig: DnsConfig, dnsPolicy: string,
    entrypoint: string, executor: Executor, executorPlugins: [object], hooks: {Hook}, hostAliases: [HostAliases],
    hostNetwork: bool, imagePullSecrets: [Reference], metrics: Metrics, nodeSelector: {string}, onExit: string,
    parallelism: int, podDisruptionBudget: PodDisruptionBudget, podGC: PodGC, podMetadata: Labelled,
    podPriorityClassName: string, podSpecPatch: string, priority: int, retryStrategy: RetryStrategy, schedulerName: string,
    securityContext: PodSecurity, serviceAccountName: string, shutdown: string, suspend: bool, synchronization: Synchronization,
    templateDefaults: Template, templates: [Template], tolerations: [Toleration], ttlStrategy: TtlStrategy,
    volumeClaimGC: VolumeClaimGC, volumeClaimTemplates: [ClaimTemplateObject], volumes: [Volume],
    workflowMetadata: WorkflowMetadata, workflowTemplateRef: WorkflowTemplateRef
WorkflowTemplateRef
    clusterScope: bool, name: string
"""
