"""The template of a task that runs in the Airflow image: a container that is told which operator to build, and with what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from airgo import catalogue, ir
from airgo.argo.text import ItemHole, Text
from airgo.callables.slicing import Slice
from airgo.discovery import Refused
from airgo.lower.airflow.database import asks_database
from airgo.lower.airflow.encoding import Encoder
from airgo.lower.airflow.functions import slice_with_airflow
from airgo.lower.airflow.reading import OPAQUE, Reads, read_code, read_templates
from airgo.lower.airflow.rules import DEPLOYMENT_UNSEEN, IN_AIRFLOW, NOT_ENCODED
from airgo.lower.airflow.surroundings import MOMENTS, TEXTS, Surroundings
from airgo.lower.base_arguments import BASE, ELSEWHERE, MAILS
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import expand
from airgo.lower.groups import groups_of
from airgo.lower.images import image
from airgo.lower.ledger import TEMPLATE, account, mapped
from airgo.lower.names import project_object
from airgo.lower.result import Input, LedgerEntry
from airgo.lower.strategies.python_keys import keys_read
from airgo.lower.template_files import folders_of
from airgo.mapping.schema import OperatorMapping
from airgo.mapping.wire import escaped
from airgo.values import CodeRef, XComRef, is_plain, truth

FOLDER = "/opt/airgo/airflow_task"
"""Where the runtime is mounted."""
MAX_DESCRIPTION = 120_000
"""Linux takes no environment variable of more than 128 KiB."""
FOR_GOOD = 100
"""The exit code of a task that failed and must not be tried again."""
KEPT = frozenset({"do_xcom_push", "multiple_outputs", "execution_timeout", "owner", "render_template_as_native_obj"})
"""Arguments of BaseOperator that operators read themselves; Argo does what the others say."""
RENDERING = (
    "user_defined_macros",
    "user_defined_filters",
    "jinja_environment_kwargs",
    "render_template_as_native_obj",
    "template_undefined",
)
"""Arguments of the DAG that decide how templates are rendered."""
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

Json = Any


def is_own(name: str) -> bool:
    """Is an argument the operator's own? What Argo does in its place, or nobody, is not handed over."""
    return name in KEPT or not (name in BASE or name in MAILS or name in ELSEWHERE)


@dataclass(slots=True)
class AirflowTask:
    """Makes the template of one task. `why`: what keeps it from a better strategy. `mapping`: that of its operator, if there is one."""

    node: Node
    draft: WorkflowDraft
    why: str
    mapping: OperatorMapping | None
    encoder: Encoder = field(init=False)
    reads: Reads = field(init=False)
    code: Slice | None = field(init=False)

    def __post_init__(self) -> None:
        self.encoder = Encoder(self.node.task, self.draft)
        self.reads = Reads()
        code = self.node.task.code
        self.code = slice_with_airflow(code, self.draft) if isinstance(code, CodeRef) else None

    def template(self) -> TemplateDraft:
        """The template. Raises CannotLower where something cannot be handed to the container."""
        task = self.node.task
        description = self.described()
        files = self.output_files()
        surroundings = Surroundings(task, self.draft, self.reads)
        description |= surroundings.described()
        env = [*surroundings.env, *self.encoder.env]
        self.written(description, files, frozenset(files))  # what is too long is found now
        self.list_inputs()
        self.report()
        made = TemplateDraft(self.body(self.written(description, files, frozenset()), env), self.node.name, task.span)
        made.finish = lambda read: self.body(self.written(description, files, read), env)
        made.outputs = {key: f"/tmp/airgo/{name}" for key, name in files.items()}
        made.can_skip_itself = True
        made.no_retry_exit_codes = (FOR_GOOD,)
        made.branch, made.short_circuit = bool(description.get("branch")), bool(description.get("short_circuit"))
        made.why_not_better = self.why
        self.account()
        return made

    def described(self) -> dict[str, Json]:
        """Everything that does not depend on the run. Raises CannotLower."""
        task = self.node.task
        description: dict[str, Json] = {"class": self.operator_class(), "dag_id": self.draft.dag.id, "task_id": task.id}
        arguments, attributes = self.arguments()
        description |= {"arguments": arguments, "attributes": attributes} if attributes else {"arguments": arguments}
        self.look()
        description["dag_arguments"] = self.rendering()
        params = task.arguments.get("params")
        if params is not None:
            description["fixed_params"] = self.encoder.argument("params", params)
        description["files"] = self.template_files()
        description["template_folders"] = [folder for folder in folders_of(self.draft) if not folder.startswith("/")]
        if self.needs_project():
            description["roots"] = list(self.draft.files.source_roots)
            self.draft.project_in_image = True
        if self.is_branch():
            description |= {"branch": True, "choices": sorted(self.choices())}
        elif self.mapping is not None and self.mapping.strategy == "short-circuit":
            description["short_circuit"] = True
        return {key: value for key, value in description.items() if value or key == "arguments"}

    def operator_class(self) -> str | list[str]:
        """The class's name as the DAG file has it, and the names that other versions of Airflow have it under."""
        task = self.node.task
        if isinstance(task.code, CodeRef):
            if "<locals>" in task.class_name:
                raise CannotLower(NOT_ENCODED, f"{task.class_name} is defined inside a function, where no image can import it")
            self.encoder.modules.add(task.class_name.rpartition(".")[0])
            return task.class_name
        names = list(dict.fromkeys([task.class_name, task.operator, *task.same_as]))
        return names[0] if len(names) == 1 else names

    def needs_project(self) -> bool:
        """Does the image need the project's code?"""
        return self.node.task.code is not None or any(map(self.encoder.of_project, self.encoder.modules))

    def arguments(self) -> tuple[dict[str, Json], dict[str, Json]]:
        """What the constructor is given, and what is assigned afterwards. Raises CannotLower."""
        task = self.node.task
        own = isinstance(task.code, CodeRef)
        given = {name: one for name, one in task.written.items() if name != "task_id"} if own else dict(task.arguments)
        found: dict[str, Json] = {}
        attributes: dict[str, Json] = {}
        for name, argument in given.items():
            if name in ("task_id", "default_args", "params", "dag", "task_group") or not is_own(name):
                continue
            if name in BASE and not is_plain(argument.value):
                continue  # Argo does what it says
            self.refuse_late(name, argument)
            encoded = self.encoder.argument(name, argument)
            if argument.origin == "assigned":
                attributes[name] = encoded
            if argument.origin != "assigned" or own:  # a class of the project was given the argument before it was assigned
                found[name] = encoded
        if own:
            found |= self.defaults()
            assigned = {name: one for name, one in task.arguments.items() if self.assigned_outside(name, one)}
            attributes |= {name: self.encoder.argument(name, one) for name, one in assigned.items()}
        return found | self.mapped(), attributes

    def assigned_outside(self, name: str, argument: ir.Argument) -> bool:
        """Was the attribute assigned by the DAG file, not by the class itself?"""
        code = self.node.task.code
        if argument.origin != "assigned" or name in BASE or argument.span.path != self.draft.dag.path or not isinstance(code, CodeRef):
            return False
        assert isinstance(code.tree, cst.Module)
        assert isinstance(code.node, cst.CSTNode)
        first = code.place.span.line
        inside = first <= argument.span.line <= first + code.tree.code_for_node(code.node).count("\n")
        return code.path != self.draft.dag.path or not inside

    def refuse_late(self, name: str, argument: ir.Argument) -> None:
        """Airflow puts XComs into template fields only."""
        facts = catalogue.operator(self.node.task.operator)
        fields = None if facts is None or self.node.task.code is not None else facts.fields(self.draft.dag.airflow_version)
        if isinstance(argument.value, XComRef) and fields is not None and name not in fields:
            words = f"{name} of {self.node.task.id} is given what another task hands on, but is no template field"
            raise CannotLower(NOT_ENCODED, words, argument.span)

    def defaults(self) -> dict[str, Json]:
        """default_args, for constructors of the project's own that name them."""
        merged = dict(self.draft.dag.default_args)
        for group in reversed(list(groups_of(self.node.task, self.draft.dag))):
            argument = group.arguments.get("default_args")
            if argument is not None and isinstance(argument.value, dict):
                merged |= {str(key): ir.Argument(value, argument.span, "default_args") for key, value in argument.value.items()}
        names = [name for name in merged if is_own(name) and (name not in BASE or is_plain(merged[name].value))]
        found = {name: self.encoder.argument(name, merged[name]) for name in names}
        return {"default_args": found} if found else {}

    def mapped(self) -> dict[str, Json]:
        """The arguments that differ between the instances of a mapped task. Raises CannotLower."""
        task = self.node.task
        if task.expand is None:
            return {}
        synthetic = OperatorMapping(task.operator, "", 0, strategy="airflow-image")
        values = expand(self.node, synthetic, self.draft)
        sources = self.node.expansion.sources if self.node.expansion is not None else {}
        found: dict[str, Json] = {}
        for name in values:
            self.encoder.name = name
            variable = self.encoder.variable(Text((ItemHole(name, json=True),)))
            found[name] = {"$xcom" if name in sources else "$json": variable}
        if "python_callable" in task.arguments and not {"op_args", "op_kwargs"} & set(found):
            kwargs = task.arguments.get("op_kwargs")
            fixed = self.encoder.argument("op_kwargs", kwargs) if kwargs is not None else {}
            found = {"op_kwargs": {**fixed, **found}}  # the parameters of a TaskFlow function
        for row in (self.node.expansion.items if self.node.expansion is not None else None) or ():
            self.encoder.texts.setdefault("expand", []).extend(value for value in row.values() if isinstance(value, str))
        return found

    def look(self) -> None:
        """Find out what templates and code read."""
        options = self.draft.dag.arguments.get("jinja_environment_kwargs")
        kwargs = options.value if options is not None and isinstance(options.value, dict) else {}
        fields = self.fields()
        for name, texts in self.encoder.texts.items():
            if fields is None or name in fields or name == "expand":
                before = self.reads.expressions
                read_templates(texts, kwargs, self.reads)
                self.record_templates(name, self.reads.expressions - before)
        files: dict[str, str] = {}
        while set(self.reads.files) - set(files):
            for file in sorted(set(self.reads.files) - set(files)):
                files[file] = self.file_text(file) or ""
                read_templates([files[file]], kwargs, self.reads)
        for text in self.template_files().values():
            read_templates([text], kwargs, self.reads)
        for code in self.sources():
            database = asks_database(code.source)
            if database is not None:
                raise CannotLower(NOT_ENCODED, f"{self.node.task.id} uses {database}, which asks Airflow's database")
            read_code(code.source, (*TEXTS, *MOMENTS, "dag_run"), self.reads)
        if "map_index" in " ".join(text for texts in self.encoder.texts.values() for text in texts) and self.node.task.mapped:
            raise CannotLower(NOT_ENCODED, f"{self.node.task.id} reads its map_index, which Argo does not tell it")

    def sources(self) -> list[Slice]:
        """The code that the task runs: of its class, and of the functions that it is given."""
        return [*([self.code] if self.code is not None else ()), *self.encoder.slices]

    def fields(self) -> frozenset[str] | None:
        """The template fields; None where any argument may be one."""
        task = self.node.task
        facts = catalogue.operator(task.operator) if task.code is None else None
        return None if facts is None else frozenset(facts.fields(self.draft.dag.airflow_version))

    def record_templates(self, name: str, count: int) -> None:
        """Every Jinja expression is rendered by Airflow itself."""
        subject = self.draft.subject(self.node.task)
        for number in range(1, count + 1):
            target = f"{TEMPLATE}|{self.node.task.id}|"
            self.draft.record(LedgerEntry(subject, "template", f"{name}#{number}", "mapped", target=target))

    def rendering(self) -> dict[str, Json]:
        """How the DAG wants its templates rendered; of the macros, those that are read."""
        found: dict[str, Json] = {}
        for name in RENDERING:
            argument = self.draft.dag.arguments.get(name)
            if argument is None:
                continue
            value = argument.value
            if name in ("user_defined_macros", "user_defined_filters") and isinstance(value, dict):
                read = self.reads.names if name == "user_defined_macros" else self.reads.filters
                value = {key: one for key, one in value.items() if key in read}
            encoded = self.encoder.argument(name, ir.Argument(value, argument.span))
            if encoded:
                found[name] = encoded
        return found

    def template_files(self) -> dict[str, str]:
        """The files that arguments and templates name, by name."""
        facts = catalogue.operator(self.node.task.operator)
        endings = facts.template_ext if facts is not None else ()
        named = [text for texts in self.encoder.texts.values() for text in texts if endings and text.endswith(endings)]
        found = {name: self.file_text(name) for name in dict.fromkeys([*named, *sorted(self.reads.files)])}
        return {name: text for name, text in found.items() if text is not None}

    def file_text(self, name: str) -> str | None:
        """The text of a template file; None when the project has none of this name."""
        if ".." in name.split("/"):
            return None
        for folder in folders_of(self.draft):
            path = f"{folder}/{name.lstrip('/')}".lstrip("/") if not folder.startswith("/") else None
            if path is not None and self.draft.files.is_file(path):
                try:
                    return self.draft.files.read(path)
                except Refused:
                    return None
        return None

    def is_branch(self) -> bool:
        """Does the operator choose what runs after it?"""
        facts = catalogue.operator(self.node.task.operator)
        return (facts is not None and facts.is_branch) or (self.mapping is not None and self.mapping.strategy == "branch")

    def choices(self) -> set[str]:
        """What a branch may choose."""
        return {task.id for task in self.draft.dag.tasks} | {group.id for group in self.draft.dag.groups}

    def output_files(self) -> dict[str, str]:
        """The file of each XCom that somebody may read."""
        keys = [] if truth(self.node.task.value("do_xcom_push", True)) is False else ["return_value", "items"]
        own = {"return_value": "return-value", "items": "items"}
        keys += sorted(keys_read(self.draft.dag, self.node.task.id))
        names = enumerate(dict.fromkeys(keys))
        return {key: own.get(key) or (f"xcom-{key}" if FILE_NAME.fullmatch(key) else f"xcom-{n}") for n, key in names}

    def written(self, description: Mapping[str, Json], files: Mapping[str, str], read: frozenset[str]) -> str:
        """The description as the text of AIRGO_TASK. Raises CannotLower where it is too long."""
        outputs = {key: name for key, name in files.items() if key in read}
        document = json.dumps({**description, **({"outputs": outputs} if outputs else {})}, ensure_ascii=False, indent=1)
        if len(document.encode()) > MAX_DESCRIPTION:
            raise CannotLower(NOT_ENCODED, f"the arguments of {self.node.task.id} are longer than an environment variable may be")
        return escaped(document)

    def body(self, document: str, env: list[dict[str, object]]) -> dict[str, object]:
        """The template's body."""
        sources: list[dict[str, object]] = [
            {"configMapRef": {"name": project_object(self.draft, "variables"), "optional": True}},
            {"secretRef": {"name": project_object(self.draft, "connections"), "optional": True}},
        ]
        container: dict[str, object] = {
            "image": image("airflow", self.draft, self.node.task.span),
            "command": ["python", FOLDER],
            "env": [{"name": "AIRGO_TASK", "value": document}, *map(dict, env)],
            "envFrom": sources,
            "volumeMounts": [{"name": "airgo-runtime", "mountPath": FOLDER}],
        }
        runtime = {"name": "airgo-runtime", "configMap": {"name": project_object(self.draft, "runtime")}}
        return {"container": container, "volumes": [runtime]}

    def list_inputs(self) -> None:
        """Record for the inventory what the task reads of the deployment, as far as its name is known."""
        task = self.node.task
        facts = catalogue.operator(task.operator)
        ids = {task.value(name, default) for name, default in (facts.connections if facts is not None else {}).items()}
        ids |= {one.value for name, one in {**task.written, **task.arguments}.items() if name.endswith("conn_id")}
        ids |= self.reads.connections
        for one in sorted(one for one in ids if isinstance(one, str) and one and "{" not in one):
            self.draft.inputs.append(Input("connections", one, (str(task.span),), True))
        for key in sorted(self.reads.variables - {OPAQUE}):
            self.draft.inputs.append(Input("variables", key, (str(task.span),)))
        for read in [one for code in self.sources() for one in code.reads]:
            kinds = {"variable": "variables", "connection": "connections", "env": "env"}
            self.draft.inputs.append(Input(kinds[read.kind], read.key, (str(read.span),), read.kind == "connection", read.default))
        if self.reads.unseen:
            words = f"{task.id} reads Variables or connections by computed names"
            self.draft.report(DEPLOYMENT_UNSEEN.at(task.span, words, subject=self.draft.subject(task)))

    def report(self) -> None:
        """Say what the image must hold, and why the task needs it."""
        task = self.node.task
        packages = {name for code in self.sources() for name in code.packages.values()}
        holds = sorted({*self.encoder.modules, *packages} - {"builtins"})
        package = "" if task.code is not None or "python_callable" in task.arguments else task.operator
        needs = ", ".join(one for one in (package, *holds) if one)
        host = f"; it needs {self.mapping.host}" if self.mapping is not None and self.mapping.host is not None else ""
        words = f"{task.id} runs in the Airflow image{f', which must hold {needs}' if needs else ''}{host}: {self.why}"
        self.draft.report(IN_AIRFLOW.at(task.span, words, subject=self.draft.subject(task)))

    def account(self) -> None:
        """What reached the container is mapped."""
        task = self.node.task
        for name in {**task.arguments, **task.written}:
            if is_own(name):
                account(self.draft, task, name, mapped(TEMPLATE + "/container/env/0/value"))
