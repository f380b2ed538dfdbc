"""Whether modules of the project travel inside the script, as files beside it, or in the image.

Inside is best to read and needs nothing else, so it is the first choice. Files are chosen where code cannot stand in one script (modules
used as values, names bound in loops, names that clash), or would be longer than a person reads. Code
that looks for files beside its own is given an image that holds the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airgo.callables import problems as rules
from airgo.callables.collecting import Collected
from airgo.callables.deployment import Read, Reads
from airgo.callables.files import Files, Loaded, ModuleFile, import_reads, texts, uses_file
from airgo.callables.modules import Source
from airgo.callables.problems import Problem
from airgo.diagnostics import Severity

LONGEST = 300
"""Lines of other modules that a script may hold."""
LARGEST = 200_000
"""Characters of files that one task may bring; a ConfigMap holds a megabyte, and a DAG has one for all its tasks."""
CURED = frozenset({rules.NOT_CARRIED, rules.CLASH, rules.DYNAMIC_NAMES, rules.BESIDE_FILE})
"""Problems that a module has no longer when it is imported from a file."""


@dataclass(frozen=True, slots=True)
class Form:
    """Modules that travel as files: what importing them takes, by path. `image`: the image must hold them, with the whole project."""

    loaded: Mapping[str, Loaded]
    image: bool

    @property
    def files(self) -> tuple[ModuleFile, ...]:
        """The files."""
        return texts(self.loaded)

    @property
    def requirements(self) -> dict[str, str]:
        """The packages that importing the files takes."""
        return {name: module for one in self.loaded.values() for name, module in one.requirements.items()}

    @property
    def reads(self) -> Mapping[tuple[str, str], Read]:
        """What importing them reads of the deployment."""
        found = Reads({}, [])
        for one in self.loaded.values():
            import_reads(one, found)
        return found.found

    def register(self, collected: Collected) -> None:
        """Let the imports of the files find what the runtime has of Airflow's modules."""
        for one in self.loaded.values():
            for module, names in one.registered.items():
                collected.registered.setdefault(module, {}).update(names)
                collected.replaced |= dict.fromkeys(names.values())

    def left(self, second: tuple[Problem, ...], first: tuple[Problem, ...]) -> bool:
        """Is anything left that cannot travel, so that the files are of no use?"""
        inside = [one for one in first if one.span is not None and one.span.path in self.loaded and one.rule not in CURED]
        return any(one.rule.severity is Severity.ERROR for one in (*second, *inside))


def candidates(collected: Collected, problems: tuple[Problem, ...]) -> frozenset[str] | None:
    """The paths of modules that may travel as files; None when all code stands in the script."""
    files = Files(collected.sources)
    homes = {unit.source.path: unit.source for unit in collected.units.values()}
    if collected.main is not None:
        homes |= files.load(collected.main).imports
    chosen = {path: source for path, source in homes.items() if files.refused(source) is None}
    beside = any(one.rule is rules.BESIDE_FILE for one in problems)
    return frozenset(chosen) if beside or (chosen and wanted(collected, problems, chosen)) else None


def form_of(collected: Collected, problems: tuple[Problem, ...]) -> Form:
    """The files that a script needs which imports from them. `problems`: those of the same code all in one script."""
    files = Files(collected.sources)
    loaded = {path: one for source in collected.imported.values() for path, one in files.closure(source).items()}
    size = sum(len(one.source.tree.code) for one in loaded.values())
    beside = any(one.rule is rules.BESIDE_FILE for one in problems)
    return Form(loaded, beside or uses_file(loaded.values()) or size > LARGEST)


def wanted(collected: Collected, problems: tuple[Problem, ...], chosen: Mapping[str, Source]) -> bool:
    """Is it better to import modules than to write their code into the script?"""
    if any(one.rule in CURED for one in problems):
        return True
    main = collected.main.path if collected.main is not None else ""
    units = [unit for unit in collected.units.values() if unit.kind == "code" and unit.source.path in chosen and unit.source.path != main]
    return sum(unit.text.count("\n") for unit in units) > LONGEST
