"""One Python task on its way into a script template: its code, its arguments, and what both need of the container."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from airgo import catalogue, ir
from airgo.argo.text_rendering import Unprotectable, realise
from airgo.callables.callbacks import callback_use
from airgo.callables.context import context_use
from airgo.callables.names import parameters
from airgo.callables.problems import (
    ARGO_TAG,
    ARGUMENT,
    BRANCH_UNKNOWN,
    CLASH,
    EXIT_WITHOUT_ERROR,
    NO_CALLABLE,
    NO_JSON,
    PACKAGES,
    PROJECT_IMAGE,
    REQUIREMENTS,
    SHARED_FILE,
    TUPLE_XCOM,
    Problem,
)
from airgo.callables.returned_values import returns_no_json, returns_tuple
from airgo.callables.slicing import Slice, slice_callables, slice_extern
from airgo.diagnostics import Severity
from airgo.discovery import DEPLOYED_ROOT
from airgo.lower.draft import CannotLower, Leaf, LoadTimeValue, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.names import free_variable
from airgo.lower.project_code import in_image, with_code
from airgo.lower.strategies.python_arguments import SPREAD_ARGS, SPREAD_KWARGS, Carried, item
from airgo.lower.strategies.python_conditions import asked_keys, asking, condition_of
from airgo.lower.strategies.python_context import ContextValues
from airgo.lower.strategies.python_deployment import deployment_env
from airgo.lower.strategies.python_given import carried_code, fixed_value, functions_in, objects_in
from airgo.lower.strategies.python_keys import keys_read
from airgo.lower.strategies.python_outputs import FAILING, Outputs, Result, ending, nothing_yet
from airgo.lower.strategies.python_script import FOLDER, Script, call
from airgo.lower.strategies.python_templates import TemplateUse, macro_functions, renderer_lines, rendering_of
from airgo.source import Span
from airgo.values import CodeRef, Extern, nested, truth

OPERATOR_ARGUMENTS = frozenset({"python_callable", "op_args", "op_kwargs", "templates_dict", "multiple_outputs"})
"""What the mappings of Python operators hand to these strategies; any other mapped argument is one of the function's own."""
TEMPLATED = ("op_args", "op_kwargs", "templates_dict")
"""Those that hold values for the function."""
CLOSING = "# }}: closes the braces above, which Argo would otherwise take for a tag without an end\n"
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
NO_RETRY = 100
"""The exit code of a task that fails for good."""


class PythonTask:
    """Makes the template of one Python task."""

    def __init__(self, node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> None:
        self.node = node
        self.values = values
        self.options = options
        self.draft = draft
        self.task: ir.Task = node.task
        self.env: list[dict[str, object]] = []
        self.passed: dict[int, Slice] = {}
        self.objects: dict[int, str] = {}
        self.templates = ""
        self.named: list[str] = []
        self.rendering: TemplateUse | None = None
        self.in_image = False
        self.exits_stay = False
        self.condition = condition_of(node.task)
        self.code = self._slice()
        expansion = node.expansion
        self.lenient = expansion is not None and expansion.lenient
        self.may_skip = expansion is not None and expansion.may_skip
        by_file = draft.config.xcom == "artifacts" and options.get("by_file") is not False
        self.carried = Carried(self._passed_function, self.objects, lenient=self.lenient, by_file=by_file)
        positional, keyword = self._positional(), self._keyword()
        fixed = {name: fixed_value(raw) for name, (raw, _) in keyword.items()}
        self.use = context_use(self.code, fixed, [fixed_value(raw) for raw, _ in positional])
        if options.get("callback") is True:
            self.use = callback_use(self.code)
        self.asked = asked_keys(self.condition, self.passed, self.use)
        self.context = ContextValues(node, draft, self.use, self._code_span(), self._carry_context, self._templates_dict)
        self.context.pendulum = "pendulum" in self.code.requirements
        for problem in self.use.problems if self.options.get("context") is not False else ():
            self._report(problem)
        self.arguments = self._arguments(positional, keyword)
        self.renderer = self._renderer()
        reads = {(read.kind, read.key): read for read in (*self.code.reads, *(self.rendering.reads.values() if self.rendering else ()))}
        self.env += deployment_env(reads.values(), node, draft)

    def _slice(self) -> Slice:
        """The callable with what it uses; what cannot travel stops here."""
        target = self.values.get("python_callable")
        self.rendering = rendering_of(self.values, self.task.span)
        macros = macro_functions(self.rendering, self.draft.dag) if self.rendering is not None else []
        if isinstance(target, Extern) and not macros:
            made = slice_extern(target.name)
        elif isinstance(target, CodeRef):
            functions = [*functions_in(self.values.get("op_args")), *functions_in(self.values.get("op_kwargs")), *macros]
            functions += [self.condition.function] if self.condition is not None else []
            objects = [*objects_in(self.task.value("op_args")), *objects_in(self.task.value("op_kwargs"))]
            objects += [one.value for name in TEMPLATED for one in nested(self.values.get(name), LoadTimeValue)]
            (made, *others), texts = slice_callables((target, *functions), objects, self.draft.files, self.draft.config)
            self.passed = {id(function): other for function, other in zip(functions, others, strict=True)}
            self.objects = {id(one): text for one, text in zip(objects, texts, strict=True) if text is not None}
        else:
            raise CannotLower(NO_CALLABLE, f"the function that {self.task.id} runs is not known")
        for problem in made.problems:
            if problem.rule is not EXIT_WITHOUT_ERROR and (problem.rule is not BRANCH_UNKNOWN or self.condition is None):
                self._report(problem)
        if self.rendering is not None:
            made = replace(made, requirements=tuple(sorted({*made.requirements, "jinja2"})))
        self._needs_packages(made)
        for path in sorted(made.paths):
            first = self.draft.paths.setdefault(path, self.task.id)
            if first != self.task.id:
                self._report(Problem(SHARED_FILE, f"{self.task.id} and {first} both name {path}"))
        self.in_image = in_image(made, self.draft)
        if self.in_image:
            words = f"the code of {self.task.id} needs the project's files, which its image must hold below {DEPLOYED_ROOT}"
            self._report(Problem(PROJECT_IMAGE, words))
        return made

    def _renderer(self) -> list[str]:
        """The line that makes the function which renders templates. Raises CannotLower."""
        if self.rendering is None:
            return []
        use = self.rendering
        values = ContextValues(self.node, self.draft, use.context, self.task.span, self._carry_context, self._templates_dict)
        values.names, values.modules, values.runtime = self.context.names, self.context.modules, self.context.runtime
        self.context.runtime["templates"] = None
        return renderer_lines(use, self.draft.dag, values, self.carried)

    def _passed_function(self, code: CodeRef) -> str:
        """The expression for a function that is an argument."""
        made = self.passed[id(code)]
        if made.args or made.kwargs:
            raise CannotLower(ARGUMENT, f"{code.name} with fixed arguments is passed to {self.task.id}", code.place.span)
        return made.call

    def _report(self, problem: Problem) -> None:
        """A warning is reported; an error makes the task manual."""
        if problem.rule.severity is Severity.ERROR:
            raise CannotLower(problem.rule, problem.message, problem.span or self._code_span())
        self.draft.report(problem.rule.at(problem.span or self._code_span(), problem.message, subject=self.draft.subject(self.task)))

    def _code_span(self) -> Span:
        target = self.values.get("python_callable")
        return target.place.span if isinstance(target, CodeRef) else self.task.span

    def _needs_packages(self, made: Slice) -> None:
        """Packages that the image must hold."""
        where = self._code_span().path
        for name in made.requirements:
            self.draft.requirements.setdefault(name, set()).add(where)
        if made.requirements:
            words = f"{self.task.id} imports {', '.join(made.requirements)}, which its image must hold"
            self._report(Problem(PACKAGES, words))
        wanted = self.options.get("requirements")
        lines = wanted.splitlines() if isinstance(wanted, str) else wanted
        named = self.named = [str(one).strip() for one in lines or () if str(one).strip()] if isinstance(lines, list | tuple) else []
        if named:
            for one in named:
                self.draft.requirements.setdefault(one, set()).add(where)
            self._report(Problem(REQUIREMENTS, f"{self.task.id} runs in an environment with {', '.join(named)}, which its image must hold"))

    def _carry_context(self, name: str, leaf: Leaf) -> str:
        """Put a value of the context into an env variable; its name."""
        variable = free_variable(f"AIRGO_{name.upper()}", self.env)
        self.env.append({"name": variable, "value": leaf})
        return variable

    def _templates_dict(self) -> str:
        """The expression for templates_dict."""
        if not self.templates:
            raw, lowered = self.task.value("templates_dict"), self.values.get("templates_dict")
            self.templates = self.carried.expression("templates_dict", raw, lowered)
        return self.templates

    def _parameters(self) -> list[cst.Param]:
        """The parameters that a call can fill; the first one of a bound method is filled already."""
        shown = self.code.signature
        return [] if shown is None else parameters(shown)[1 if self.code.bound else 0 :]

    def _arguments(self, positional: list[tuple[object, object]], keyword: dict[str, tuple[object, object]]) -> list[str]:
        """The texts of the call's arguments that do not depend on what others read, in the order of the call."""
        texts = [*self.code.args]
        names = self._positional_names()
        for number, (raw, lowered) in enumerate(positional):
            name = names[number] if number < len(names) else f"{number + 1}"
            texts.append(self.carried.expression(name, raw, lowered))
        texts += self._spread(SPREAD_ARGS)
        for name, (raw, lowered) in keyword.items():
            if self._accepts(name):
                text = self.carried.expression(name, raw, lowered)
                texts.append(f"{name}={text}" if name.isidentifier() else f"**{{{name!r}: {text}}}")
        texts += [f"{name}={text}" for name, text in self.code.kwargs if name not in keyword]
        return texts + self._spread(SPREAD_KWARGS)

    def _spread(self, name: str) -> list[str]:
        """The element that holds all arguments. What an operator is given is left out where the function does not take it."""
        if name not in self.values:
            return []
        read = self.carried.expression(name.replace("-", "_"), None, item(name, None))
        if name == SPREAD_ARGS:
            return [f"*{read}"]
        if self.task.expand is not None and self.task.expand.kind == "expand_kwargs":
            self.context.runtime["elements"] = None
            read = f"airgo_arguments({read})"
        facts = catalogue.operator(self.task.operator)
        taken = [one.name.value for one in self._parameters() if not self._accepts("")]
        if (facts is not None and facts.kind == "decorator") or not taken:
            return [f"**{read}"]
        return [f"**{{key: value for key, value in {read}.items() if key in {tuple(taken)!r}}}"]

    def _context_arguments(self, pushed: Mapping[str, str]) -> list[str]:
        """The arguments that Airflow fills from the context."""
        if self.options.get("context") is False:
            return []
        if self.options.get("callback") is True:
            return ["{" + ", ".join(f'"{key}": {self.context.expression(key, pushed)}' for key in self.use.read_keys()) + "}"]
        return [f"{key}={self.context.expression(key, pushed)}" for key in (*self.use.filled, *self.use.keywords())]

    def _current_context(self, pushed: Mapping[str, str]) -> list[str]:
        """Lines that fill what get_current_context() gives."""
        if not self.use.current:
            return []
        items = [f"{key}={self.context.expression(key, pushed)}" for key in self.use.read_keys()]
        return [call("AIRGO_CONTEXT.update", items)] if items else []

    def _positional_names(self) -> list[str]:
        """The names of the parameters that positional arguments fill, partial's own left out."""
        shown = self.code.signature
        if shown is None:
            return []
        plain = [*shown.posonly_params, *shown.params]
        return [one.name.value for one in plain][len(self.code.args) + (1 if self.code.bound else 0) :]

    def _accepts(self, name: str) -> bool:
        """Does the function take a keyword of this name? Airflow leaves out what it does not take."""
        shown = self.code.signature
        if shown is None or isinstance(shown.star_kwarg, cst.Param):
            return True
        return any(one.name.value == name for one in self._parameters())

    def _positional(self) -> list[tuple[object, object]]:
        """op_args: what the DAG has, and what it was lowered to."""
        raw = self.task.value("op_args")
        lowered = self.values.get("op_args")
        if lowered is None:
            return []
        if not isinstance(lowered, list | tuple):
            raise CannotLower(ARGUMENT, f"op_args of {self.task.id} is not a list that airgo knows")
        raws = raw if isinstance(raw, list | tuple) and len(raw) == len(lowered) else [None] * len(lowered)
        return list(zip(raws, lowered, strict=True))

    def _keyword(self) -> dict[str, tuple[object, object]]:
        """op_kwargs, and the function's own arguments that a mapped task is expanded over."""
        raw = self.task.value("op_kwargs")
        lowered = self.values.get("op_kwargs")
        found: dict[str, tuple[object, object]] = {}
        if isinstance(lowered, dict):
            found = {str(key): (raw.get(key) if isinstance(raw, dict) else None, value) for key, value in lowered.items()}
        elif lowered is not None:
            raise CannotLower(ARGUMENT, f"op_kwargs of {self.task.id} is not a dict that airgo knows")
        expansion = self.node.expansion
        for name in self.values.keys() - OPERATOR_ARGUMENTS - {SPREAD_ARGS, SPREAD_KWARGS} if expansion is not None else ():
            found[name] = (None, item(name, expansion.items if expansion is not None else None))
        return dict(sorted(found.items(), key=lambda pair: self._place(pair[0])))

    def _place(self, name: str) -> int:
        """Where a parameter stands in the signature; others come last, in the order given."""
        names = [one.name.value for one in self._parameters()]
        return names.index(name) if name in names else len(names)

    def template(self, write: Outputs) -> TemplateDraft:
        """The template, with `write` adding the lines for outputs. Raises CannotLower."""
        files = self._files()
        everything = frozenset({*files, "airgo-branch", "airgo-state"})
        self._source(write, everything, files)  # what cannot be written is found now, whoever reads it
        for problem in self.code.problems if self.exits_stay else ():
            if problem.rule is EXIT_WITHOUT_ERROR:
                self._report(problem)
        return TemplateDraft(
            body=self._body(self._source(write, frozenset(), files)),
            name_hint=self._hint(),
            span=self._code_span(),
            arguments=dict(self.carried.values),
            json_arguments=frozenset(self.carried.json_names),
            outputs={key: f"{FOLDER}/{name}" for key, name in files.items()},
            carries=carried_code(self.code),
            image_needs=(*self.code.requirements, *self.named, *([f"the project below {DEPLOYED_ROOT}"] if self.in_image else [])),
            can_skip_itself=self.condition is not None or self.may_skip or "AirflowSkipException" in self.code.replaced,
            no_retry_exit_codes=(NO_RETRY,) if any(one in self.code.replaced for one in FAILING) else (),
            from_tasks=frozenset(self.carried.from_tasks | self.context.from_tasks()),
            finish=lambda read: self._finished(write, read, files),
        )

    def _finished(self, write: Outputs, read: frozenset[str], files: dict[str, str]) -> dict[str, object]:
        """The body for the outputs that are read; a tuple among them is said."""
        entry = self.code.entry
        found = returns_tuple(entry.node) if entry is not None and "return_value" in read else None
        if found is not None and entry is not None:
            span = entry.source.span(found)
            self._report(Problem(TUPLE_XCOM, f"{self.task.id} returns a tuple, which its readers get as a list", span))
        lost = returns_no_json(entry.node, entry.source) if entry is not None and {"return_value", "items"} & read else None
        if lost is not None and entry is not None and self.options.get("command") is not True:
            words = f"{self.task.id} returns {lost[1]}, which is no JSON: the task fails when it hands it on"
            self._report(Problem(NO_JSON, words, entry.source.span(lost[0])))
        return self._body(self._source(write, read, files))

    def _hint(self) -> str:
        """What a template that several tasks share is called: the function's name."""
        entry = self.code.entry
        return entry.node.name.value if entry is not None and isinstance(entry.node, cst.FunctionDef) else self.task.id

    def _files(self) -> dict[str, str]:
        """The file of each XCom key that the task may hand on."""
        keys = [*self.use.pushes]
        asked = sorted(keys_read(self.draft.dag, self.task.id)) if self._multiple() or self.use.pushes_unknown else []
        if truth(self.options.get("do_xcom_push", self.task.value("do_xcom_push", True))) is not False:
            keys = ["return_value", "items", *keys, *(asked if self._multiple() else ())]
        if self.use.pushes_unknown:
            keys += asked
        own = {"return_value": "return-value", "items": "items"}
        names = dict.fromkeys(keys)
        return {key: own.get(key) or (f"xcom-{key}" if FILE_NAME.fullmatch(key) else f"xcom-{n}") for n, key in enumerate(names)}

    def _multiple(self) -> bool:
        """Does each key of the returned dict become an XCom of its own?"""
        return truth(self.task.value("multiple_outputs", False)) is True

    def _source(self, write: Outputs, read: frozenset[str], files: dict[str, str]) -> str:
        """The text of the script for the outputs that are read. Raises CannotLower."""
        script = Script(self.code)
        pushed = {key: files[key] for key in files if key in read and key not in ("return_value", "items")}
        pushed = pushed if self.use.pushes or self.use.pushes_unknown else {}
        arguments = [*self.arguments, *self._context_arguments(pushed)]
        asked = asking(self.condition, self.asked, self._passed_function, self.context, script)
        before = [*self._current_context(pushed), *asked, *self.renderer]
        keys = {key: name for key, name in files.items() if key not in self.use.pushes or self._multiple()}
        if self.lenient:
            script.runtime["elements"] = None
        write(script, read, Result(lambda target: self._call(arguments, target), keys, self._multiple()))
        self.exits_stay = ending(script, before, self.draft.dag.airflow_version)
        if self.carried.by_file:
            nothing_yet(script, {key: name for key, name in files.items() if key in read})
        script.modules.update(self.carried.modules | self.context.modules)
        script.runtime.update(self.context.runtime | dict.fromkeys(["handed_on"] if self.carried.from_tasks else []))
        return self._checked(script)

    def _call(self, arguments: list[str], target: str) -> str:
        """The call of the user's function."""
        entry = self.code.entry
        line = call(self.code.call, arguments)
        if entry is not None and isinstance(entry.node, cst.FunctionDef) and entry.node.asynchronous is not None:
            return f"{target}asyncio.run({line})"
        return target + line

    def _checked(self, script: Script) -> str:
        """The script's text, if its names and Argo allow it. Raises CannotLower."""
        clashes = script.clashes()
        if clashes:
            words = f"{', '.join(sorted(clashes))}: the script of {self.task.id} needs these names for itself"
            raise CannotLower(CLASH, words, self._code_span())
        text = script.text()
        for closed in (text, text + CLOSING):
            try:
                return realise(closed, place="source")
            except Unprotectable as error:
                problem = error
        words = f"the code of {self.task.id} holds text that Argo would replace: {problem}"
        raise CannotLower(ARGO_TAG, words, self._code_span())

    def _body(self, source: str) -> dict[str, object]:
        """The template's body."""
        given = self.options.get("image")
        container: dict[str, object] = {
            "image": given if given is not None else image("python", self.draft, self.task.span),
            "command": ["python"],
        }
        extra = self.options.get("env")
        env = [*(extra if isinstance(extra, list | tuple) else ()), *map(dict, self.env), *map(dict, self.carried.env)]
        if env:
            container["env"] = env
        if self.options.get("working_dir") is not None:
            container["workingDir"] = self.options["working_dir"]
        container["source"] = source
        return with_code({"script": container}, self.code, self.draft)
