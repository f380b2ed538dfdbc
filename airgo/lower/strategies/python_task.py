"""One Python task on its way into a script template: its code, its arguments, and what both need of the container."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from airgo import ir
from airgo.argo.text_rendering import Unprotectable, realise
from airgo.callables.names import parameters
from airgo.callables.problems import ARGO_TAG, CLASH, NO_CALLABLE, NOT_CARRIED, PACKAGES, REQUIREMENTS, Problem
from airgo.callables.slicing import Slice, slice_callables, slice_extern
from airgo.diagnostics import Severity
from airgo.lower.draft import CannotLower, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.strategies.python_arguments import Carried, item
from airgo.lower.strategies.python_keys import keys_read
from airgo.lower.strategies.python_outputs import Outputs, Result
from airgo.lower.strategies.python_script import FOLDER, Script, call
from airgo.source import Span
from airgo.values import CodeRef, Extern, truth

OPERATOR_ARGUMENTS = frozenset({"python_callable", "op_args", "op_kwargs", "templates_dict", "multiple_outputs"})
"""What the mappings of Python operators hand to these strategies; any other mapped argument is one of the function's own."""
CLOSING = "# }}: closes the braces above, which Argo would otherwise take for a tag without an end\n"
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class PythonTask:
    """Makes the template of one Python task."""

    def __init__(self, node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> None:
        self.node = node
        self.values = values
        self.options = options
        self.draft = draft
        self.task: ir.Task = node.task
        self.code = self._slice()
        self.carried = Carried(self._passed_function)
        self.arguments = self._arguments()

    def _slice(self) -> Slice:
        """The callable with what it uses; what cannot travel stops here."""
        target = self.values.get("python_callable")
        if isinstance(target, Extern):
            made = slice_extern(target.name)
        elif isinstance(target, CodeRef):
            made = slice_callables((target, *self._functions_passed()), self.draft.files, self.draft.config)[0]
        else:
            raise CannotLower(NO_CALLABLE, f"the function that {self.task.id} runs is not known")
        for problem in made.problems:
            self._report(problem)
        self._needs_packages(made)
        return made

    def _functions_passed(self) -> tuple[CodeRef, ...]:
        """Functions among the arguments: they share the script."""
        return ()

    def _passed_function(self, code: CodeRef) -> str:
        raise CannotLower(NOT_CARRIED, f"the function {code.name} is an argument of {self.task.id}", code.place.span)

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
        self.draft.requirements.update(made.requirements)
        if made.requirements:
            words = f"{self.task.id} imports {', '.join(made.requirements)}, which its image must hold"
            self._report(Problem(PACKAGES, words))
        wanted = self.options.get("requirements")
        lines = wanted.splitlines() if isinstance(wanted, str) else wanted
        named = [str(one).strip() for one in lines or () if str(one).strip()] if isinstance(lines, list | tuple) else []
        if named:
            self.draft.requirements.update(named)
            self._report(Problem(REQUIREMENTS, f"{self.task.id} runs in an environment with {', '.join(named)}, which its image must hold"))

    def _parameters(self) -> list[cst.Param]:
        """The parameters that a call can fill; the first one of a bound method is filled already."""
        entry = self.code.entry
        if entry is None:
            return []
        return parameters(entry.node.params)[1 if self.code.bound else 0 :]

    def _arguments(self) -> list[str]:
        """The texts of the call's arguments, in the order of the call."""
        positional, keyword = self._positional(), self._keyword()
        texts = [*self.code.args]
        names = self._positional_names()
        for number, (raw, lowered) in enumerate(positional):
            name = names[number] if number < len(names) else f"{number + 1}"
            texts.append(self.carried.expression(name, raw, lowered))
        for name, (raw, lowered) in keyword.items():
            if self._accepts(name):
                text = self.carried.expression(name, raw, lowered)
                texts.append(f"{name}={text}" if name.isidentifier() else f"**{{{name!r}: {text}}}")
        texts += [f"{name}={text}" for name, text in self.code.kwargs if name not in keyword]
        return texts

    def _positional_names(self) -> list[str]:
        """The names of the parameters that positional arguments fill, partial's own left out."""
        entry = self.code.entry
        if entry is None:
            return []
        plain = [*entry.node.params.posonly_params, *entry.node.params.params]
        return [one.name.value for one in plain][len(self.code.args) + (1 if self.code.bound else 0) :]

    def _accepts(self, name: str) -> bool:
        """Does the function take a keyword of this name? Airflow leaves out what it does not take."""
        entry = self.code.entry
        if entry is None or isinstance(entry.node.params.star_kwarg, cst.Param):
            return True
        return any(one.name.value == name for one in self._parameters())

    def _positional(self) -> list[tuple[object, object]]:
        """op_args: what the DAG has, and what it was lowered to."""
        raw = self.task.value("op_args")
        lowered = self.values.get("op_args")
        if lowered is None:
            return []
        if not isinstance(lowered, list | tuple):
            raise CannotLower(NOT_CARRIED, f"op_args of {self.task.id} is not a list that airgo knows")
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
            raise CannotLower(NOT_CARRIED, f"op_kwargs of {self.task.id} is not a dict that airgo knows")
        expansion = self.node.expansion
        for name in self.values.keys() - OPERATOR_ARGUMENTS if expansion is not None else ():
            found[name] = (None, item(name, expansion.items if expansion is not None else None))
        return dict(sorted(found.items(), key=lambda pair: self._place(pair[0])))

    def _place(self, name: str) -> int:
        """Where a parameter stands in the signature; others come last, in the order given."""
        names = [one.name.value for one in self._parameters()]
        return names.index(name) if name in names else len(names)

    def template(self, write: Outputs) -> TemplateDraft:
        """The template, with `write` adding the lines for outputs. Raises CannotLower."""
        multiple = truth(self.task.value("multiple_outputs", False)) is True
        files = self._files(multiple)
        self._script(write, frozenset(), files, multiple)

        def finish(read: frozenset[str]) -> dict[str, object]:
            return self._body(self._script(write, read, files, multiple))

        return TemplateDraft(
            body=self._body(self._script(write, frozenset(files), files, multiple)),
            name_hint=self._hint(),
            span=self._code_span(),
            arguments=dict(self.carried.values),
            json_arguments=frozenset(self.carried.json_names),
            outputs={key: f"{FOLDER}/{name}" for key, name in files.items()},
            finish=finish,
        )

    def _hint(self) -> str:
        """What a template that several tasks share is called: the function's name."""
        entry = self.code.entry
        return entry.node.name.value if entry is not None and isinstance(entry.node, cst.FunctionDef) else self.task.id

    def _files(self, multiple: bool) -> dict[str, str]:
        """The file of each XCom key that the task may hand on."""
        if truth(self.task.value("do_xcom_push", True)) is False:
            return {}
        files = {"return_value": "return-value", "items": "items"}
        for number, key in enumerate(sorted(keys_read(self.draft.dag, self.task.id)) if multiple else ()):
            files.setdefault(key, f"xcom-{key}" if FILE_NAME.fullmatch(key) else f"xcom-{number}")
        return files

    def _script(self, write: Outputs, read: frozenset[str], files: dict[str, str], multiple: bool) -> str:
        """The text of the script for the outputs that are read."""
        script = Script(self.code)
        script.modules.update(self.carried.modules)
        write(script, read, Result(lambda target: call(self.code.call, self.arguments, target), files, multiple))
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
        env: list[object] = [*self._given_env(), *(dict(entry) for entry in self.carried.env)]
        if env:
            container["env"] = env
        container["source"] = source
        return {"script": container}

    def _given_env(self) -> list[object]:
        """Entries of `env` that the mapping gives."""
        given = self.options.get("env")
        return list(given) if isinstance(given, list | tuple) else []


def leaf(value: object) -> Leaf | None:
    """A text leaf, or None."""
    return value if isinstance(value, str) else None
