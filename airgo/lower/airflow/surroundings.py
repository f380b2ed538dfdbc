"""What the task in the Airflow image is told of its run: dates, ids, params, conf and XComs, in environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airgo import ir
from airgo.argo.text import Simple, Text, XComHole
from airgo.callables.problems import CONF_TEXT
from airgo.lower.airflow.encoding import text_of
from airgo.lower.airflow.reading import OPAQUE, Reads
from airgo.lower.airflow.rules import NOT_ENCODED
from airgo.lower.draft import CannotLower, Leaf, WorkflowDraft
from airgo.lower.strategies.python_context import is_text
from airgo.lower.values import template_context
from airgo.macros import NotExact, render_template
from airgo.macros.spaces import whole_conf
from airgo.values import ParamValue

TEXTS = ("run_id", "next_ds", "next_ds_nodash", "prev_ds", "prev_ds_nodash")
MOMENTS = ("logical_date", "data_interval_start", "data_interval_end", "next_execution_date", "prev_execution_date")
ALWAYS = frozenset({"run_id", "logical_date", "data_interval_start", "data_interval_end"})
"""What every task is told; the others only where a template or the class names them."""
MOST_ANCESTORS = 30
"""Of so many tasks at most the values are handed over where a class computes whose it pulls."""

Json = Any


@dataclass(slots=True)
class Surroundings:
    """The facts of the run: entries of `env`, and which of them the description of the task names."""

    task: ir.Task
    draft: WorkflowDraft
    reads: Reads
    env: list[dict[str, object]] = field(default_factory=list)

    def described(self) -> dict[str, Json]:
        """The part of the description that says where everything is. Raises CannotLower for XComs that cannot be determined."""
        texts = {name: self.carried(name, f"{{{{ {name} }}}}") for name in self.wanted(TEXTS)}
        moments = {name: self.carried(name, f"{{{{ {name} | ts }}}}") for name in self.wanted(MOMENTS)}
        found: dict[str, Json] = {
            "texts": {name: variable for name, variable in texts.items() if variable is not None},
            "moments": {name: variable for name, variable in moments.items() if variable is not None},
            "params": dict(self.params()),
            "pulled": self.pulled(),
        }
        conf = self.conf()
        if conf:
            found["conf"] = conf
        if isinstance(self.task.retries, int) and self.task.retries > 0:
            self.env.append({"name": "AIRGO_RETRIES", "value": Text((Simple("retries"),))})
            found["max_tries"] = self.task.retries
        return {key: value for key, value in found.items() if value}

    def wanted(self, names: tuple[str, ...]) -> list[str]:
        """Those that every task is told, and those that are read."""
        return [name for name in names if name in ALWAYS or name in self.reads.names]

    def carried(self, name: str, template: str) -> str | None:
        """The variable that holds what a template prints; None where Argo cannot know it: reading it then fails the task."""
        try:
            rendered, _ = render_template(template, template_context(self.task, self.draft))
        except NotExact:
            return None
        return self.add(name, rendered)

    def add(self, name: str, leaf: Leaf) -> str:
        """Put a text into an environment variable."""
        variable = "AIRGO_" + "".join(c if c.isalnum() else "_" for c in name).upper()
        number, wanted = 1, variable
        while any(entry["name"] == variable for entry in self.env):
            number += 1
            variable = f"{wanted}_{number}"
        self.env.append({"name": variable, "value": leaf})
        return variable

    def params(self) -> Mapping[str, Json]:
        """The DAG's params, each in a variable, and how to read it; one whose type is not known is left out."""
        found = {}
        context = template_context(self.task, self.draft)
        own = self.task.value("params")
        fixed = set(own) if isinstance(own, dict) else set()
        for param in self.draft.dag.params:
            default = param.default.default if isinstance(param.default, ParamValue) else param.default
            text = is_text(param)
            if text is None or param.name in fixed:
                continue
            leaf = Text((Simple(f"workflow.parameters.{context.parameter(param.name)}"),))
            reader = ("text or none" if default is None else "text") if text else "truth" if isinstance(default, bool) else "json"
            found[param.name] = {"env": self.add(f"param_{param.name}", leaf), "as": reader}
        return found

    def conf(self) -> Json:
        """dag_run.conf: the keys that are read, and all of it, for nobody knows which other keys the operator reads."""
        keys = {key: self.conf_key(key) for key in sorted(self.reads.conf)}
        if "dag_run" not in self.reads.names:
            return keys
        try:
            whole = whole_conf(template_context(self.task, self.draft))
        except NotExact as error:
            raise CannotLower(NOT_ENCODED, f"{self.task.id} reads dag_run: {error.message}", self.task.span) from error
        return {"": self.add("conf", Text((Simple(str(whole.path[0])),))), **keys}

    def conf_key(self, key: str) -> str:
        """The variable with one key of dag_run.conf."""
        if key not in {param.name for param in self.draft.dag.params}:
            words = f"dag_run.conf[{key!r}] reaches {self.task.id} as text, whatever type the caller gives it"
            self.draft.report(CONF_TEXT.at(self.task.span, words, subject=self.draft.subject(self.task)))
        name = template_context(self.task, self.draft).conf(key, "")
        return self.add(f"conf_{key}", Text((Simple(f"workflow.parameters.{name}"),)))

    def pulled(self) -> Mapping[str, str]:
        """The variable with each XCom that is pulled, by "task_id key"."""
        wanted = {(task_id, key) for task_id, key in self.reads.pulls if OPAQUE not in (task_id, key)}
        opaque = {key for task_id, key in self.reads.pulls if OPAQUE in (task_id, key)}
        if opaque:
            above = self.ancestors()
            if OPAQUE in opaque or len(above) > MOST_ANCESTORS:
                words = f"{self.task.id} pulls XComs whose task or key is computed"
                raise CannotLower(NOT_ENCODED, words, self.task.span)
            wanted |= {(task_id, key) for task_id in above for key in opaque}
        known = {task.id for task in self.draft.dag.tasks} - {self.task.id}
        return {
            f"{task_id} {key}": self.add("xcom", text_of(XComHole((task_id,), key, json=True)))
            for task_id, key in sorted(wanted)
            if task_id in known
        }

    def ancestors(self) -> set[str]:
        """All tasks above this one."""
        upstream = {task.id: task.upstream for task in self.draft.dag.tasks}
        found: set[str] = set()
        waiting = list(self.task.upstream)
        while waiting:
            task_id = waiting.pop()
            if task_id not in found:
                found.add(task_id)
                waiting.extend(upstream.get(task_id, ()))
        return found
