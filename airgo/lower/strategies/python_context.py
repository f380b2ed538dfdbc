"""Airflow's context for a Python task: each value that the code reads, as an expression in the script and an entry of its env."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from airgo import ir
from airgo.argo.text import Simple, Text, XComHole
from airgo.callables.context_keys import ANY_KEY, MOMENTS, ContextUse
from airgo.callables.literals import DATETIME_MODULE, NoLiteral, literal
from airgo.callables.problems import CONF_TEXT, CONTEXT, PULL
from airgo.lower.draft import CannotLower, Leaf, Node, WorkflowDraft
from airgo.lower.values import template_context
from airgo.macros import NotExact, render_template
from airgo.source import Span
from airgo.values import ParamValue, Symbol, is_plain

OBJECTS = ("dag_run", "dag", "task", "ti", "task_instance")


@dataclass(slots=True)
class ContextValues:
    """Expressions for the context of one task. `carry(name, leaf)` puts a text into an env variable and gives the variable's name.

    `templates_dict` gives the expression for that argument. `modules` and `runtime` are what the expressions use.
    `pendulum`: the code imports it, so the image has it.
    """

    node: Node
    draft: WorkflowDraft
    use: ContextUse
    span: Span
    carry: Callable[[str, Leaf], str]
    templates_dict: Callable[[], str]
    pendulum: bool = False
    modules: set[str] = field(default_factory=set)
    runtime: dict[str, None] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)

    def expression(self, key: str, pushed: Mapping[str, str]) -> str:
        """The expression for one key. `pushed`: XCom key → file, for those that somebody reads. Raises CannotLower."""
        if key in ("ti", "task_instance"):
            return self.task_instance(pushed)
        if key in OBJECTS:
            return self.namespace(key)
        if key == "params":
            return self.params()
        if key == "templates_dict":
            return self.templates_dict()
        if key == "test_mode":
            return "False"
        return self.moment((key,)) if key in MOMENTS else self.text((key,))

    def text(self, path: tuple[str, ...]) -> str:
        """A value that is text in Jinja and in Python."""
        self.modules.add("os")
        return f'os.environ["{self.variable(path, "{{ " + ".".join(path) + " }}")}"]'

    def moment(self, path: tuple[str, ...]) -> str:
        """A point in time: pendulum's own where the image has it, datetime where nobody could tell."""
        self.modules.add("os")
        variable = self.variable(path, "{{ " + ".".join(path) + " | ts }}")
        if self.pendulum:
            self.modules.add("pendulum")
            return f'pendulum.parse(os.environ["{variable}"])'
        if self.use.like_pendulum:
            self.runtime["moments"] = None
            return f'airgo_moment(os.environ["{variable}"])'
        self.modules.add(f"datetime as {DATETIME_MODULE}")
        return f'{DATETIME_MODULE}.datetime.fromisoformat(os.environ["{variable}"])'

    def variable(self, path: tuple[str, ...], template: str) -> str:
        """The env variable that holds what a template prints."""
        if path not in self.names:
            rendered = self.rendered(path, template)
            self.names[path] = self.carry(re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(path)), rendered)
        return self.names[path]

    def rendered(self, path: tuple[str, ...], template: str) -> str | Text:
        """What a template prints. Raises CannotLower."""
        try:
            return render_template(template, template_context(self.node.task, self.draft))[0]
        except NotExact as error:
            words = f"{self.node.task.id} reads {'.'.join(path)} of the context: {error.message}"
            raise CannotLower(CONTEXT, words, self.span) from error

    def members(self, *keys: str) -> list[str]:
        """The attributes that are read of an object, `conf` left out."""
        return list(dict.fromkeys(path[1] for path in self.use.paths if len(path) == 2 and path[0] in keys and path[1] != "conf"))

    def namespace(self, key: str) -> str:
        """`dag_run`, `dag` or `task`, with what is read of it."""
        items = [f"{name}={self.attribute(key, name)}" for name in self.members(key)]
        if key == "dag_run":
            conf = self.conf()
            items += [f"conf={conf}"] if conf else []
        self.modules.add("types")
        return f"types.SimpleNamespace({', '.join(items)})"

    def attribute(self, key: str, name: str) -> str:
        """One attribute of such an object."""
        if (key, name) == ("ti", "try_number") and self.node.task.retries != 0:
            self.modules.add("os")
            self.names.setdefault((key, name), self.carry("try_number", Text((Simple("retries"),))))
            return f'int(os.environ["{self.names[(key, name)]}"]) + 1'
        if (key, name) == ("ti", "map_index") and self.draft.dag.fans_out(self.node.task):
            self.modules.add("os")
            return f'int(os.environ["{self.variable((key, name), "{{ ti.map_index }}")}"])'
        if (key, name) in (("ti", "try_number"), ("ti", "map_index"), ("ti", "max_tries")):
            return str(self.rendered((key, name), f"{{{{ {key}.{name} }}}}"))
        if name == "external_trigger":
            raise CannotLower(CONTEXT, f"{self.node.task.id} reads {key}.{name}, which is not exact in Argo", self.span)
        return self.moment((key, name)) if name in MOMENTS else self.text((key, name))

    def conf(self) -> str | None:
        """The keys of dag_run.conf that are read; a key that the run was not given is absent."""
        keys = list(dict.fromkeys(path[2] for path in self.use.paths if path[:2] == ("dag_run", "conf")))
        if not keys:
            return None
        declared = {param.name for param in self.draft.dag.params}
        for key in keys:
            if key not in declared:
                words = f"dag_run.conf[{key!r}] reaches {self.node.task.id} as text, whatever type the caller gives it"
                self.draft.report(CONF_TEXT.at(self.span, words, subject=self.draft.subject(self.node.task)))
        pairs = ", ".join(f"({key!r}, {self.conf_value(key)})" for key in keys)
        return f'{{key: value for key, value in [{pairs}] if value != ""}}'

    def conf_value(self, key: str) -> str:
        """One key of dag_run.conf."""
        param = next((param for param in self.draft.dag.params if param.name == key), ir.Param(key, ""))
        name = template_context(self.node.task, self.draft).conf(key, "")
        return self.typed(("dag_run", "conf", key), Text((Simple(f"workflow.parameters.{name}"),)), param)

    def params(self) -> str:
        """All params of the DAG, those of the task before them."""
        own = self.node.task.value("params")
        fixed = {str(key): value for key, value in own.items()} if isinstance(own, dict) else {}
        context = template_context(self.node.task, self.draft)
        items = []
        for param in self.draft.dag.params:
            if param.name not in fixed:
                leaf = Text((Simple(f"workflow.parameters.{context.parameter(param.name)}"),))
                items.append(f"{param.name!r}: {self.typed(('params', param.name), leaf, param)}")
        for key, value in fixed.items():
            items.append(f"{key!r}: {self.literal(key, value.default if isinstance(value, ParamValue) else value)}")
        return "{" + ", ".join(items) + "}"

    def literal(self, key: str, value: object) -> str:
        """A value that is known now."""
        try:
            return literal(value) if is_plain(value) else self.unknown(key)
        except NoLiteral:
            return self.unknown(key)

    def unknown(self, key: str) -> str:
        """A param without a value."""
        raise CannotLower(CONTEXT, f"the param {key} of {self.node.task.id} has a value that cannot be carried", self.span)

    def typed(self, path: tuple[str, ...], leaf: Leaf, param: ir.Param) -> str:
        """A workflow parameter as the type that its param has: texts are texts, everything else is JSON."""
        self.modules.add("os")
        if path not in self.names:
            self.names[path] = self.carry(re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(path)), leaf)
        read = f'os.environ["{self.names[path]}"]'
        text = is_text(param)
        if text is None:
            words = f"{self.node.task.id} reads {'.'.join(path)}, whose type is not known"
            raise CannotLower(CONTEXT, words, self.span)
        if not text:
            self.modules.add("json")
        if param.default is None:
            return f'(None if {read} == "null" else {read if text else f"json.loads({read})"})'
        if text:
            return read
        return f"json.loads({read}.lower())" if isinstance(param.default, bool) else f"json.loads({read})"

    def task_instance(self, pushed: Mapping[str, str]) -> str:
        """`ti`, with the XComs that are pulled through it and the keys that it hands on."""
        pulled = {f"{task_id} {pull.key or None}": self.pulled(task_id, pull.key) for pull in self.use.pulls for task_id in pull.task_ids}
        facts = [f"{name}={self.attribute('ti', name)}" for name in self.members("ti", "task_instance")]
        if any(path[:2] == ("dag_run", "conf") or path[0] == "dag_run" for path in self.use.paths):
            facts.append(f"dag_run={self.namespace('dag_run')}")
        if any(path[0] == "task" for path in self.use.paths):
            facts.append(f"task={self.namespace('task')}")
        if not pulled and not self.use.pushes and not self.use.pushes_unknown:
            self.modules.add("types")
            return f"types.SimpleNamespace({', '.join(facts)})"
        self.runtime.update(dict.fromkeys(("context", "xcom") if pushed else ("context",)))
        writer = "write_xcom" if pushed else "None"
        if pulled and self.from_tasks():
            facts.append("airgo_read=handed_on")
            self.runtime["handed_on"] = None
        return f"TaskInstance({', '.join([dictionary(pulled), dictionary(pushed), writer, *facts])})"

    def pulled(self, task_id: str, key: str) -> str:
        """The env variable with the XCom of another task."""
        if key == ANY_KEY:
            self.check_single(task_id)
            key = "return_value"
        path = ("xcom", task_id, key)
        if path not in self.names:
            wanted = "_".join(path if key != "return_value" else path[:2])
            self.names[path] = self.carry(re.sub(r"[^A-Za-z0-9_]+", "_", wanted), Text((XComHole((task_id,), key, json=True),)))
        return self.names[path]

    def from_tasks(self) -> set[str]:
        """Variables with values of other tasks that the script may have to look for in files."""
        asked = self.draft.config.xcom == "artifacts"
        return {variable for path, variable in self.names.items() if path[0] == "xcom" and asked}

    def check_single(self, task_id: str) -> None:
        """`xcom_pull(key=None)` is exact where the task can push nothing but what it returns. Raises CannotLower."""
        pushes = any(task.id == task_id and "python_callable" in task.arguments for task in self.draft.dag.tasks)
        if pushes or self.draft.dag.airflow_version != "2":
            words = f"{self.node.task.id} pulls whatever {task_id} pushed last; name the key"
            raise CannotLower(PULL, words, self.span)


def is_text(param: ir.Param) -> bool | None:
    """Are a param's values texts? Its default and its schema say so; None when neither does."""
    written = param.schema.get("type")
    kinds = {written} if isinstance(written, str) else set(written) if isinstance(written, list | tuple) else set()
    kinds.discard("null")
    if isinstance(param.default, str):
        return True
    if isinstance(param.default, Symbol) and param.default.kind in ("variable", "env") and not kinds - {"string"}:
        return True
    if param.default is None:
        return kinds == {"string"} or not kinds if len(kinds) < 2 else None
    if not is_plain(param.default):
        return kinds == {"string"} if kinds else None
    return False


def dictionary(items: Mapping[str, str]) -> str:
    """A dict of texts as source."""
    return "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in items.items()) + "}"


def quoted(text: str) -> str:
    """A text as source, in double quotes where that needs no escapes."""
    return f'"{text}"' if re.fullmatch(r"[A-Za-z0-9_ .:/-]*", text) else repr(text)
