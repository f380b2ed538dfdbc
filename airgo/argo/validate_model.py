"""One workflow as the validator's rules see it: its templates by name, what they take and give, and safe ways into broken manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from airgo.argo.fields import Version

POD_TYPES = ("container", "containerSet", "script", "resource", "data", "http", "plugin")
TEMPLATE_TYPES = ("container", "containerSet", "steps", "script", "resource", "dag", "suspend", "data", "http", "plugin")
MANAGED_BY = "app.kubernetes.io/managed-by"
Node = Mapping[str, object]


def mapping(value: object) -> Node:
    """The value if it is a mapping, else an empty one: the shape's own check has complained."""
    return value if isinstance(value, Mapping) else {}


def nodes(value: object, pointer: str) -> Iterator[tuple[str, Node]]:
    """The mappings of a list, with their pointers."""
    for number, item in enumerate(value if isinstance(value, list | tuple) else ()):
        if isinstance(item, Mapping):
            yield f"{pointer}/{number}", item


def strings(value: object) -> Sequence[str]:
    """The strings of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def word(value: object) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def names(value: object) -> frozenset[str]:
    """The names of a list's mappings."""
    return frozenset(word(item.get("name")) for _, item in nodes(value, ""))


@dataclass(slots=True)
class Workflow:
    """A workflow's spec at a pointer of its document, and what else the rules need to know.

    `known` are the specs of other workflow templates by (kind, name); `templates` are its own by name.
    """

    kind: str
    spec: Node
    pointer: str
    metadata: Node
    version: Version
    known: Mapping[tuple[str, str], Node]
    templates: Mapping[str, Node] = field(init=False)

    def __post_init__(self) -> None:
        self.templates = {word(template.get("name")): template for _, template in nodes(self.spec.get("templates"), "")}

    @property
    def is_library(self) -> bool:
        """Can templates be called from workflows that bring volumes and parameters of their own?"""
        return self.kind in {"WorkflowTemplate", "ClusterWorkflowTemplate"} and not self.spec.get("entrypoint")

    @property
    def declares_all(self) -> bool:
        """Does the workflow say all of its parameters? A template's may come from whoever submits or calls it, but airgo's are complete,
        unless they are the parts of a workflow, which has the parameters.
        """
        if self.spec.get("workflowTemplateRef") or self.is_library:
            return False
        return self.kind in {"Workflow", "CronWorkflow"} or mapping(self.metadata.get("labels")).get(MANAGED_BY) == "airgo"

    def called(self, caller: Node) -> Node | None:
        """The template that a task, step or hook calls; None if it cannot be known here."""
        inline = caller.get("inline")
        if isinstance(inline, Mapping):
            return inline
        reference = mapping(caller.get("templateRef"))
        if not reference:
            return self.templates.get(word(caller.get("template")))
        kind = "ClusterWorkflowTemplate" if reference.get("clusterScope") else "WorkflowTemplate"
        spec = self.known.get((kind, word(reference.get("name"))))
        templates = nodes(spec.get("templates"), "") if spec is not None else ()
        return next((template for _, template in templates if template.get("name") == reference.get("template")), None)


def template_type(template: Node) -> str:
    """Which kind of template it is; "" for none."""
    return next((kind for kind in TEMPLATE_TYPES if kind in template), "")


def callers(template: Node, pointer: str) -> Iterator[tuple[str, Node]]:
    """The tasks of a DAG, or the steps of a steps template, with their pointers."""
    yield from nodes(mapping(template.get("dag")).get("tasks"), f"{pointer}/dag/tasks")
    steps = template.get("steps")
    for number, group in enumerate(steps if isinstance(steps, list | tuple) else ()):
        yield from nodes(group, f"{pointer}/steps/{number}")


def has_loop(caller: Node) -> bool:
    """Does the task or step run once for each item?"""
    return any(name in caller for name in ("withItems", "withParam", "withSequence"))
