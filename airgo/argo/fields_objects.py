"""Fields of whole objects, as far as airgo writes them and people put them beside workflows; and of Argo Events', down to the triggers."""

from __future__ import annotations

# Read by `airgo.argo.fields`, which tells the notation.
FIELDS = """
ObjectMeta
    annotations: {string}, creationTimestamp: any, deletionGracePeriodSeconds: int, deletionTimestamp: string, finalizers: [string],
    generateName: string, generation: int, labels: {string}, managedFields: [object], name: string, namespace: string,
    ownerReferences: [object], resourceVersion: string, selfLink: string, uid: string
Object
    apiVersion!: string, kind!: string, metadata!: ObjectMeta
Workflow(Object)
    spec!: WorkflowSpec, status: object
WorkflowTemplate(Object)
    spec!: WorkflowSpec
ClusterWorkflowTemplate(Object)
    spec!: WorkflowSpec
CronWorkflow(Object)
    spec!: CronWorkflowSpec, status: object
WorkflowEventBinding(Object)
    spec!: EventBindingSpec
EventBindingSpec
    event!: EventBindingEvent, submit: EventBindingSubmit
EventBindingEvent
    selector!: string
EventBindingSubmit
    arguments: Arguments, metadata: ObjectMeta, workflowTemplateRef!: WorkflowTemplateRef
ConfigMap(Object)
    binaryData: {string}, data: {string}, immutable: bool
Secret(Object)
    data: {string}, immutable: bool, stringData: {string}, type: string
ServiceAccount(Object)
    automountServiceAccountToken: bool, imagePullSecrets: [Reference], secrets: [object]
Role(Object)
    rules: [PolicyRule]
ClusterRole(Object)
    aggregationRule: object, rules: [PolicyRule]
PolicyRule
    apiGroups: [string], nonResourceURLs: [string], resourceNames: [string], resources: [string], verbs!: [string]
RoleBinding(Object)
    roleRef!: RoleRef, subjects: [Subject]
ClusterRoleBinding(Object)
    roleRef!: RoleRef, subjects: [Subject]
RoleRef
    apiGroup!: string, kind!: string, name!: string
Subject
    apiGroup: string, kind!: string, name!: string, namespace: string
PersistentVolumeClaim(Object)
    spec!: ClaimSpec, status: object
Namespace(Object)
    spec: object, status: object
Kustomization
    apiVersion: string, bases: [string], buildMetadata: [string], commonAnnotations: {string}, commonLabels: {string},
    components: [string], configMapGenerator: [object], configurations: [string], crds: [string], generatorOptions: object,
    generators: [string], helmCharts: [object], helmGlobals: object, images: [object], kind: string, labels: [object],
    metadata: ObjectMeta, namePrefix: string, nameSuffix: string, namespace: string, openapi: object, patches: [object],
    patchesJson6902: [object], patchesStrategicMerge: [string], replacements: [object], replicas: [object], resources: [string],
    secretGenerator: [object], sortOptions: object, transformers: [string], validators: [string], vars: [object]
EventBus(Object)
    spec!: object, status: object
EventSource(Object)
    spec!: EventSourceSpec, status: object
EventSourceSpec
    amqp: {object}, azureEventsHub: {object}, azureQueueStorage: {object}, azureServiceBus: {object}, bitbucket: {object},
    bitbucketserver: {object}, calendar: {object}, emitter: {object}, eventBusName: string, file: {object}, generic: {object},
    gerrit: {object}, github: {object}, gitlab: {object}, hdfs: {object}, kafka: {object}, minio: {object}, mns: {object},
    mqtt: {object}, nats: {object}, nsq: {object}, pubSub: {object}, pulsar: {object}, redis: {object}, redisStream: {object},
    replicas: int, resource: {object}, service: object, sftp: {object}, slack: {object}, sns: {object}, sqs: {object},
    storageGrid: {object}, stripe: {object}, template: object, webhook: {object}
Sensor(Object)
    spec!: SensorSpec, status: object
SensorSpec
    dependencies!: [SensorDependency], errorOnFailedRound: bool, eventBusName: string, loggingFields: {string}, replicas: int,
    revisionHistoryLimit: int, template: object, triggers!: [Trigger]
SensorDependency
    eventName!: string, eventSourceName!: string, filters: object, filtersLogicalOperator: string, name!: string, transform: object
Trigger
    atLeastOnce: bool, dlqTrigger: object, parameters: [object], policy: object, rateLimit: object, retryStrategy: object,
    template!: TriggerTemplate
TriggerTemplate
    argoWorkflow: ArgoWorkflowTrigger, awsLambda: object, azureEventHubs: object, azureServiceBus: object, conditions: string,
    conditionsReset: [object], custom: object, email: object, http: object, k8s: object, kafka: object, log: object, name!: string,
    nats: object, openWhisk: object, pulsar: object, slack: object
ArgoWorkflowTrigger
    args: [string], operation!: string, parameters: [object], source: object
"""
