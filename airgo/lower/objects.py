"""Which WorkflowTemplate holds which template: one, as long as Argo's bound allows; else each part's own stand in an object of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from airgo.argo.names import object_name

Template = dict[str, object]


@dataclass(slots=True)
class TemplatesObject:
    """One WorkflowTemplate: its name, its file below the DAG's folder, and what it holds."""

    name: str
    file: str
    templates: list[Template] = field(default_factory=list)


def tasks_of(template: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """The entries of a DAG template; of any other, none."""
    dag = template.get("dag")
    return cast(Sequence[Mapping[str, object]], dag["tasks"]) if isinstance(dag, Mapping) else ()


def called(template: Mapping[str, object]) -> Iterator[str]:
    """The templates that a DAG template's tasks run."""
    return (str(task["template"]) for task in tasks_of(template) if "template" in task)


def reached(names: Sequence[str], templates: Mapping[str, Mapping[str, object]]) -> set[str]:
    """Templates, and those that they run, and so on."""
    found: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name not in found and name in templates:
            found.add(name)
            stack.extend(called(templates[name]))
    return found


def objects(workflow: str, entry: Template, parts: Sequence[Template], others: Sequence[Template], most: int) -> list[TemplatesObject]:
    """The objects of a workflow, the one with its entry first. What several parts run stays there."""
    main = TemplatesObject(workflow, "workflow-template.yaml", [entry])
    if 1 + len(parts) + len(others) <= most:
        main.templates += [*parts, *others]
        return [main]
    known = {str(template["name"]): template for template in others}
    users: dict[str, list[str]] = {}
    for user in (entry, *parts):
        for name in reached(list(called(user)), known):
            users.setdefault(name, []).append(str(user["name"]))
    made = [main]
    for part in parts:
        name = str(part["name"])
        own = [one for one in others if users.get(str(one["name"])) == [name]]
        made.append(TemplatesObject(object_name(f"{workflow}-{name}"), f"{name.removeprefix('airgo-')}.yaml", [part, *own]))
    placed = {str(one["name"]) for each in made for one in each.templates}
    main.templates += [one for one in others if str(one["name"]) not in placed]
    return made


def with_references(made: Sequence[TemplatesObject]) -> None:
    """Let tasks name the object of what they run, where it is another one."""
    homes = {str(template["name"]): each.name for each in made for template in each.templates}
    for each in made:
        for template in each.templates:
            dag = template.get("dag")
            if isinstance(dag, dict):
                dag["tasks"] = [_referring(task, each.name, homes) for task in dag["tasks"]]


def _referring(task: Mapping[str, object], own: str, homes: Mapping[str, str]) -> dict[str, object]:
    home = homes.get(str(task.get("template")), own)
    if home == own:
        return dict(task)
    return {
        ("templateRef" if key == "template" else key): {"name": home, "template": value} if key == "template" else value
        for key, value in task.items()
    }
