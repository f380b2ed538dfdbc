"""Which fields the objects have that airgo writes, and of which types: the strict table behind `airgo validate`.

Notation of the tables: a type's name on a line of its own, with the type it extends in parentheses; below it `field: type`, with `!`
behind a field that must be there. Types: string, int, number, bool, quantity, intorstring, anystring (also a number or boolean), list,
object (anything below), any; [T] is a list, {T} a mapping with values of T; any other word is a type of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from airgo.argo import fields_kubernetes, fields_objects, fields_workflow

Version = tuple[int, int]

REMOVED: Mapping[tuple[str, str], tuple[Version, str]] = MappingProxyType(
    {
        ("CronWorkflowSpec", "schedule"): ((4, 0), "schedules, a list"),
        ("Synchronization", "mutex"): ((4, 0), "mutexes, a list"),
        ("Synchronization", "semaphore"): ((4, 0), "semaphores, a list"),
    }
)
"""Fields that a version dropped (docs/deprecations.md of Argo Workflows), and what to write instead."""

LONG_GONE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Template", "podPriority"): "podPriorityClassName",
        ("WorkflowSpec", "podPriority"): "podPriorityClassName",
        ("Template", "resubmitPendingPods"): "nothing: pods are always resubmitted",
        ("Expression", "condition"): "expression",
    }
)

ADDED: Mapping[tuple[str, str], Version] = MappingProxyType(
    {
        ("Template", "pendingTimeout"): (4, 1),
        ("Template", "podResources"): (4, 1),
        ("Template", "resourceClaims"): (4, 1),
        ("WorkflowSpec", "executorPlugins"): (4, 1),
        ("Artifact", "plugin"): (4, 1),
    }
)
"""Fields that older versions do not know."""

KINDS = MappingProxyType(
    {
        **dict.fromkeys(
            ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "WorkflowEventBinding"], "argoproj.io/v1alpha1"
        ),
        **dict.fromkeys(["EventSource", "Sensor", "EventBus"], "argoproj.io/v1alpha1"),
        **dict.fromkeys(["ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim", "Namespace"], "v1"),
        **dict.fromkeys(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"], "rbac.authorization.k8s.io/v1"),
        "Kustomization": "kustomize.config.k8s.io/v1beta1",
    }
)
"""The kinds that the table knows, with their apiVersion; others are not looked into."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field's type in the notation of the tables, and whether it must be there."""

    type: str
    required: bool = False


@cache
def types() -> Mapping[str, Mapping[str, Field]]:
    """The whole table: fields by type."""
    found: dict[str, dict[str, Field]] = {}
    extended: dict[str, str] = {}
    name = ""
    for text in (fields_kubernetes.FIELDS, fields_workflow.FIELDS, fields_objects.FIELDS):
        for line in text.strip().splitlines():
            if line.startswith(" "):
                found[name] |= dict(_field(entry) for entry in line.strip().rstrip(",").split(", "))
                continue
            name, _, base = line.rstrip(")").partition("(")
            if name in found:
                raise ValueError(f"the type {name} stands in the table twice")
            found[name] = {}
            if base:
                extended[name] = base
    return MappingProxyType(
        {name: MappingProxyType((found[extended[name]] if name in extended else {}) | own) for name, own in found.items()}
    )


def _field(entry: str) -> tuple[str, Field]:
    name, _, kind = entry.partition(": ")
    return name.rstrip("!"), Field(kind, name.endswith("!"))


def parse_version(text: str) -> Version:
    """`4.1` or `v4.1.2` as a pair to compare."""
    numbers = text.lstrip("v").split(".")
    return int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
