"""What the validator can find: rules AG621 to AG649."""

from __future__ import annotations

from dataclasses import dataclass

from airgo.diagnostics import Rule, Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a JSON pointer of a document, `document` being its number; the message is in the user's words."""

    pointer: str
    message: str
    rule: Rule
    document: int = 0


UNKNOWN_FIELD = Rule(
    "AG621",
    "unknown-field",
    Severity.ERROR,
    summary="A field that Argo does not know",
    why="Argo and the API server refuse unknown fields; a misspelt one would otherwise be ignored in silence.",
    remedy="Correct the field's name, or remove it",
)

WRONG_TYPE = Rule(
    "AG622",
    "wrong-type",
    Severity.ERROR,
    summary="A value of another type than the field has",
    why="Argo reads manifests into typed objects: a number where text belongs is an error, and so is an unquoted y, n, on or off.",
    remedy="Put the value in quotes, or write it as the type that the field has",
)

MISSING_FIELD = Rule(
    "AG623",
    "missing-field",
    Severity.ERROR,
    summary="A field that must be there is missing",
    why="Argo cannot run the object without it.",
    remedy="Add the field",
)

INVALID_NAME = Rule(
    "AG624",
    "invalid-name",
    Severity.ERROR,
    summary="A name that Argo or Kubernetes does not allow",
    why="Objects have RFC 1123 names of at most 63 characters (52 for a CronWorkflow); tasks and templates letters, digits and dashes.",
    remedy="Rename it",
)

DUPLICATE_NAME = Rule(
    "AG625",
    "duplicate-name",
    Severity.ERROR,
    summary="Two things have the same name",
    why="Argo finds templates, tasks and parameters by their names.",
    remedy="Rename one of them",
)

TOO_MANY = Rule(
    "AG626",
    "too-many",
    Severity.ERROR,
    summary="More templates, tasks or parameters than the API server takes",
    why="The CRDs of Argo 4 allow 200 templates, 200 tasks in a DAG and 500 inputs.",
    remedy="Split the workflow, or the DAG into inner ones",
)

UNKNOWN_TEMPLATE = Rule(
    "AG627",
    "unknown-template",
    Severity.ERROR,
    summary="A template that is not there",
    why="The workflow would fail when it reaches the reference; hooks are not even checked by argo lint.",
    remedy="Correct the name, or add the template",
)

MISSING_INPUT = Rule(
    "AG628",
    "missing-input",
    Severity.ERROR,
    summary="An input that nobody supplies",
    why="A template's input without a value or default must come from its caller.",
    remedy="Supply the argument, or give the input a default",
)

UNKNOWN_VARIABLE = Rule(
    "AG629",
    "unknown-variable",
    Severity.ERROR,
    summary="A variable that does not exist in this place",
    why="Argo leaves an unknown variable as text or waits for it for ever.",
    remedy="Correct the variable's name",
)

INVALID_DEPENDS = Rule(
    "AG630",
    "invalid-depends",
    Severity.ERROR,
    summary="A depends that Argo cannot read",
    why="argo lint does not parse depends; the controller puts the task in Error when the workflow runs.",
    remedy="Write task names joined by && and ||, with .Succeeded and the like",
)

UNKNOWN_TASK = Rule(
    "AG631",
    "unknown-task",
    Severity.ERROR,
    summary="A task that is not there, or not upstream",
    why="A reference to a task that has not run leaves the workflow waiting for ever.",
    remedy="Name a task of the same DAG, and depend on it",
)

DEPENDENCY_CYCLE = Rule(
    "AG632",
    "dependency-cycle",
    Severity.ERROR,
    summary="Tasks that wait for each other",
    why="No task of a cycle can ever start.",
    remedy="Remove one of the dependencies",
)

INVALID_WHEN = Rule(
    "AG633",
    "invalid-when",
    Severity.ERROR,
    summary="A condition that Argo cannot read",
    why="argo lint does not parse when; the controller puts the task in Error when the workflow runs.",
    remedy="Compare quoted text, or use one expression {{=…}}",
)

INVALID_EXPRESSION = Rule(
    "AG634",
    "invalid-expression",
    Severity.ERROR,
    summary="An expression that Argo cannot read",
    why="argo lint does not parse expressions; one that cannot be read stays in the manifest as text, or fails the task.",
    remedy="Correct the expression: https://expr-lang.org/docs/language-definition",
)

UNKNOWN_VOLUME = Rule(
    "AG635",
    "unknown-volume",
    Severity.ERROR,
    summary="A mount of a volume that is not there",
    why="The API server refuses the pod, and the task ends in Error.",
    remedy="Add the volume to the template or to the workflow",
)

INVALID_DURATION = Rule(
    "AG636",
    "invalid-duration",
    Severity.ERROR,
    summary="A duration that Argo cannot read",
    why="Argo reads Go durations such as 90s or 1h30m; days do not exist, and some fields want a unit.",
    remedy="Write it with the units s, m and h",
)

INVALID_LABEL = Rule(
    "AG637",
    "invalid-label",
    Severity.ERROR,
    summary="A label or annotation that Kubernetes does not allow",
    why="Label values have at most 63 letters, digits, dashes, dots and underscores.",
    remedy="Shorten the value, or make it an annotation",
)

INVALID_CRON = Rule(
    "AG638",
    "invalid-cron",
    Severity.ERROR,
    summary="A schedule that Argo cannot read",
    why="Argo reads five fields, or @daily and the like; weekdays are 0 to 6, time zones stand in timezone.",
    remedy="Write the schedule so",
)

REMOVED_FIELD = Rule(
    "AG639",
    "removed-field",
    Severity.ERROR,
    summary="A field that newer versions of Argo refuse",
    why="Argo 4 dropped the singular forms.",
    remedy="Use the list form, which 3.6 and later know too",
)

MISSING_COMMAND = Rule(
    "AG640",
    "missing-command",
    Severity.WARNING,
    summary="An image without a command",
    why="Argo must then ask the image registry for the image's entrypoint, and cannot run the task if it does not answer.",
    remedy="Write the command",
)

INVALID_RETRY = Rule(
    "AG641",
    "invalid-retry",
    Severity.ERROR,
    summary="A retry strategy that Argo cannot read",
    why="A limit is a whole number, a policy one of Always, OnFailure, OnError, OnTransientError.",
    remedy="Correct the strategy",
)

INVALID_OUTPUT = Rule(
    "AG642",
    "invalid-output",
    Severity.ERROR,
    summary="An output without exactly one source",
    why="Argo takes an output from one place: a path for a pod, a parameter or expression for a DAG.",
    remedy="Give it one source that its template has",
)

INVALID_ENVIRONMENT = Rule(
    "AG643",
    "invalid-environment",
    Severity.ERROR,
    summary="An environment variable that Kubernetes does not allow",
    why="Names have no spaces or =, and a variable has a value or a source, not both.",
    remedy="Correct the entry",
)

ITEM_OUTSIDE_LOOP = Rule(
    "AG644",
    "item-outside-loop",
    Severity.ERROR,
    summary="{{item}} where there is no loop",
    why="Argo replaces it only in a task with withItems, withParam or withSequence; elsewhere it stays text.",
    remedy="Add the loop, or remove the tag",
)

OUTPUTS_RESULT = Rule(
    "AG645",
    "outputs-result",
    Severity.WARNING,
    summary="outputs.result, which may never come",
    why="A task that is skipped or whose pod never reports leaves its reader waiting for ever.",
    remedy="Use an output parameter with a path and a default",
)

CONFLICTING_FIELDS = Rule(
    "AG646",
    "conflicting-fields",
    Severity.ERROR,
    summary="Fields that exclude each other",
    why="Argo cannot tell which one is meant, and refuses the object.",
    remedy="Keep one of them",
)

INVALID_VALUE = Rule(
    "AG647",
    "invalid-value",
    Severity.ERROR,
    summary="A value that the field does not allow",
    why="The field takes a few words or a range of numbers only.",
    remedy="Choose an allowed value",
)

UNREADABLE_TEXT = Rule(
    "AG648",
    "unreadable-text",
    Severity.ERROR,
    summary="Text that no manifest can hold",
    why="A NUL or half a surrogate pair cannot be put into an environment, a file's text or JSON.",
    remedy="Remove the character",
)

TOO_LARGE = Rule(
    "AG649",
    "too-large",
    Severity.ERROR,
    summary="An object larger than Argo takes",
    why="Kubernetes stores objects of about 1 MiB; the workflow's state comes on top.",
    remedy="Split the workflow, or move data out of it",
)
