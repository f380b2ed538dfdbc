"""Facts about Airflow's classes: current names of old import paths, signatures, template fields, ancestors.

Data files, read when first asked for: `data/aliases.txt` (old name, current name; a module with `.*` moves all it holds) and
`data/operators.tsv.gz` (one class a line; a line is decoded when its class is asked for). They were made from the installed packages of
Airflow 2.10, 2.11 and 3.3 with all providers. `data/handed_on.tsv` comes from the sources of the same packages
(tests/engines/handed_on.py): what the constructor of a class gives to those of its bases, for 3.x and, where it differs, for 2.x; so does
`data/constants.tsv` (tests/engines/provider_constants.py): the constants of providers and the members of their enumerations; and
`data/config_defaults.json` (tests/engines/config_defaults.py), the defaults of Airflow's settings.
"""

from __future__ import annotations

import difflib
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from airgo.values import MISSING

BASE_OPERATOR = "airflow.sdk.bases.operator.BaseOperator"
BASE_SENSOR = "airflow.sdk.bases.sensor.BaseSensorOperator"
COMMON_PARAMETERS = frozenset(
    [
        "task_id",
        "owner",
        "email",
        "email_on_retry",
        "email_on_failure",
        "retries",
        "retry_delay",
        "retry_exponential_backoff",
        "max_retry_delay",
        "start_date",
        "end_date",
        "depends_on_past",
        "ignore_first_depends_on_past",
        "wait_for_past_depends_before_skipping",
        "wait_for_downstream",
        "dag",
        "params",
        "default_args",
        "priority_weight",
        "weight_rule",
        "queue",
        "pool",
        "pool_slots",
        "sla",
        "execution_timeout",
        "on_execute_callback",
        "on_failure_callback",
        "on_success_callback",
        "on_retry_callback",
        "on_skipped_callback",
        "pre_execute",
        "post_execute",
        "trigger_rule",
        "resources",
        "run_as_user",
        "map_index_template",
        "max_active_tis_per_dag",
        "max_active_tis_per_dagrun",
        "executor",
        "executor_config",
        "do_xcom_push",
        "multiple_outputs",
        "inlets",
        "outlets",
        "task_group",
        "doc",
        "doc_md",
        "doc_json",
        "doc_yaml",
        "doc_rst",
        "task_display_name",
        "logger_name",
        "allow_nested_operators",
    ]
)
"""Parameters of BaseOperator in both major versions (2.11 and 3.3)."""
ONLY_IN_VERSION = {"2": frozenset({"task_concurrency"}), "3": frozenset({"retry_policy", "render_template_as_native_obj"})}
SENSOR_PARAMETERS = frozenset(
    {"poke_interval", "timeout", "soft_fail", "mode", "exponential_backoff", "max_wait", "silent_fail", "never_fail"}
)
BASE_DEFAULTS: Mapping[str, object] = {
    "owner": "airflow",
    "retries": 0,
    "retry_exponential_backoff": False,
    "depends_on_past": False,
    "wait_for_downstream": False,
    "priority_weight": 1,
    "weight_rule": "downstream",
    "queue": "default",
    "pool": "default_pool",
    "pool_slots": 1,
    "trigger_rule": "all_success",
    "do_xcom_push": True,
    "multiple_outputs": False,
    "email_on_retry": True,
    "email_on_failure": True,
    "poke_interval": 60,
    "soft_fail": False,
    "mode": "poke",
    "exponential_backoff": False,
}
"""What BaseOperator and BaseSensorOperator take when nothing is given; a parameter that is not here has None."""


@dataclass(frozen=True, slots=True)
class ParameterFacts:
    """One parameter of a constructor. `default` is MISSING when it is required or no plain value; `owner` is the class it is from."""

    name: str
    required: bool
    owner: str
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """What is known of an operator or sensor class. `versions` holds "2.10", "2.11", "3"; kind: operator, sensor, transfer, decorator.

    `parameters` are the class's own and its ancestors', without those of BaseOperator and BaseSensorOperator.
    `template_fields_2` are those of 2.x where they differ.
    """

    name: str
    kind: str
    bases: tuple[str, ...]
    ancestors: tuple[str, ...]
    template_fields: tuple[str, ...]
    template_ext: tuple[str, ...]
    parameters: Mapping[str, ParameterFacts]
    is_sensor: bool
    is_branch: bool
    own_execute: bool
    deferrable: bool
    versions: tuple[str, ...]
    connections: Mapping[str, object] = field(default_factory=dict)
    template_fields_2: tuple[str, ...] | None = None
    added_in_3: frozenset[str] = frozenset()
    removed_in_3: frozenset[str] = frozenset()

    def accepts(self, argument: str, version: str | None = None) -> bool:
        """Does some constructor of the class or its ancestors name this parameter? `version` "2", "3" or None for either."""
        if argument in self.parameters:
            return not (version == "2" and argument in self.added_in_3)
        if argument in self.removed_in_3:
            return version != "3"
        return accepts_in_base(argument, self.is_sensor, version)

    def fields(self, version: str | None = None) -> tuple[str, ...]:
        """The template fields in a version; those of 3.x when it does not matter."""
        return self.template_fields_2 if version == "2" and self.template_fields_2 is not None else self.template_fields

    def default(self, argument: str) -> object:
        """The value a parameter takes when it is not given; MISSING when that is not plain data, or there is no such parameter."""
        if argument in self.parameters:
            return self.parameters[argument].default
        return BASE_DEFAULTS.get(argument) if accepts_in_base(argument, self.is_sensor, None) else MISSING


def accepts_in_base(argument: str, sensor: bool, version: str | None) -> bool:
    """Is it a parameter of BaseOperator (or of BaseSensorOperator, for sensors)?"""
    if argument in COMMON_PARAMETERS or (sensor and argument in SENSOR_PARAMETERS):
        return True
    return any(argument in names for line, names in ONLY_IN_VERSION.items() if version in (None, line))


@cache
def _aliases() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    modules: dict[str, str] = {}
    for line in resources.files("airgo").joinpath("data/aliases.txt").read_text(encoding="utf-8").splitlines():
        old, new = line.split(" ")
        if old.endswith(".*"):
            modules[old[:-2]] = new[:-2]
        else:
            names[old] = new
    return names, modules


@cache
def _rows() -> dict[str, str]:
    text = gzip.decompress(resources.files("airgo").joinpath("data/operators.tsv.gz").read_bytes()).decode()
    return dict(line.split("\t", 1) for line in text.splitlines())


def names() -> tuple[str, ...]:
    """All known operator and sensor classes, sorted."""
    return tuple(sorted(_rows()))


@cache
def canonical(name: str) -> str:
    """The current name of a class, function or module attribute of Airflow; any other name as it is.

    The longest known prefix counts: `airflow.utils.trigger_rule.TriggerRule.ALL_DONE` follows its class.
    """
    if not name.startswith("airflow."):
        return name
    names, modules = _aliases()
    head, tail = name, ""
    while "." in head:
        if head in names:
            return names[head] + tail
        if tail and head in modules:
            return canonical(modules[head] + tail)
        head, _, last = head.rpartition(".")
        tail = f".{last}{tail}"
    return name


@cache
def operator(name: str) -> OperatorFacts | None:
    """The facts of an operator or sensor class by any of its names; None when it is not known."""
    current = canonical(name)
    row = _rows().get(current) or _rows().get(name)
    if row is None:
        return None
    facts = json.loads(row)
    parameters = {}
    for given, required, owner, *default in facts["p"]:
        parameters[given] = ParameterFacts(given, bool(required), owner, default[0] if default else MISSING)
    return OperatorFacts(
        name=current,
        kind=facts["k"],
        bases=tuple(canonical(base) for base in facts["b"]),
        ancestors=tuple(canonical(base) for base in facts["a"]),
        template_fields=tuple(facts["f"]),
        template_ext=tuple(facts["e"]),
        parameters=parameters,
        is_sensor="s" in facts,
        is_branch="br" in facts,
        own_execute=bool(facts["x"]),
        deferrable="d" in facts,
        versions=tuple(facts["v"]),
        connections=facts.get("c", {}),
        template_fields_2=tuple(facts["f2"]) if facts.get("f2") is not None else None,
        added_in_3=frozenset(facts.get("n3", ())),
        removed_in_3=frozenset(facts.get("o3", ())),
    )


def is_subclass(name: str, other: str) -> bool | None:
    """Is one of Airflow's operator classes another, or below it? None when that is not known of one of them."""
    facts, wanted = operator(name), canonical(other)
    if facts is None:
        return True if canonical(name) == wanted else None
    if wanted in (facts.name, *facts.ancestors, BASE_OPERATOR) or (wanted == BASE_SENSOR and facts.is_sensor):
        return True
    return False if wanted == BASE_SENSOR or operator(wanted) is not None else None


def accepts(operator_class: str, argument: str, version: str | None = None) -> bool:
    """Would a value of default_args reach this argument of the class? Airflow fills it in at each class level that names the parameter."""
    facts = operator(operator_class)
    if facts is None:
        return accepts_in_base(argument, operator_class.endswith("Sensor"), version)
    return facts.accepts(argument, version)


def handed_on(name: str, version: str) -> Mapping[str, object]:
    """What the constructor of a class gives to those of its bases, by argument.

    A plain value; `{"$": argument}`, the value of that argument of the class, with `"else"` its default; `{"given": argument, "then": …,
    "else": …}`, which of the two depends on whether that argument is given (`"true"`: given as something true); or a list or dict that
    holds such. Under "" stand the names of the arguments that are handed on as they are.
    """
    row = _handed_on().get(canonical(name))
    if row is None:
        return {}
    now, _, then = row.partition("\t")
    found: Mapping[str, object] = json.loads(then if then and version == "2" else now)
    return found


@cache
def _handed_on() -> Mapping[str, str]:
    text = resources.files("airgo").joinpath("data", "handed_on.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


def constant(name: str) -> object:
    """The plain value of a provider's constant, or of `.value` or `.name` of a member of an enumeration; MISSING when it is none."""
    kind, value = _constant(name)
    if kind == "constant":
        return value
    owner, _, last = name.rpartition(".")
    if last in ("value", "name"):
        kind, value = _constant(owner)
        if kind == "enum":
            return value if last == "value" else owner.rpartition(".")[2]
    return MISSING


def member(name: str) -> object:
    """The value of a member of a provider's enumeration; MISSING when it is none."""
    kind, value = _constant(name)
    return value if kind == "enum" else MISSING


def _constant(name: str) -> tuple[str, object]:
    """The kind and value of a name: constant, enum; an empty kind when there is none."""
    if not name.startswith("airflow.providers."):
        return "", MISSING
    owner, _, last = name.rpartition(".")
    elsewhere, _, kind = _constants().get(owner, "").partition("\t")
    value, _, kind = _constants().get(f"{json.loads(elsewhere)}.{last}" if kind == "class" else name, "").partition("\t")
    return (kind or "constant", json.loads(value)) if value and kind != "class" else ("", MISSING)


@cache
def _constants() -> Mapping[str, str]:
    text = resources.files("airgo").joinpath("data", "constants.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


def setting(name: str, version: str) -> str | None:
    """The default that Airflow itself gives a setting (`section.key`); None when it has none or that depends on the deployment."""
    found = _settings().get(name)
    return found[0 if version == "2" else 1] if isinstance(found, list) else found


@cache
def _settings() -> Mapping[str, str | list[str | None]]:
    text = resources.files("airgo").joinpath("data", "config_defaults.json").read_text(encoding="utf-8")
    found: Mapping[str, str | list[str | None]] = json.loads(text)
    return found


def old_values(name: str) -> Mapping[str, Mapping[object, object]]:
    """Values of arguments that older providers took, and what their constructors made of them: by argument (data/old_values.json)."""
    return _old_values().get(canonical(name), {})


@cache
def _old_values() -> Mapping[str, Mapping[str, Mapping[object, object]]]:
    text = resources.files("airgo").joinpath("data", "old_values.json").read_text(encoding="utf-8")
    return {name: {argument: dict(pairs) for argument, pairs in table.items()} for name, table in json.loads(text).items()}


@cache
def _names_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for old, new in _aliases()[0].items():
        found.setdefault(new, []).append(old)
    return {new: tuple(sorted(olds)) for new, olds in found.items()}


def same_as(name: str) -> tuple[str, ...]:
    """Other names of a class, sorted."""
    current = canonical(name)
    return tuple(other for other in _names_of().get(current, ()) if other != name)


@cache
def _by_last_part() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in _rows():
        found.setdefault(name.rpartition(".")[2], []).append(name)
    return {last: tuple(names) for last, names in found.items()}


def by_class_name(last: str) -> tuple[str, ...]:
    """The known operator classes whose name (without its module) is `last`."""
    return _by_last_part().get(last, ())


def did_you_mean(name: str, among: tuple[str, ...] | None = None) -> str | None:
    """The known operator class, or the nearest of `among`, that a misspelled name may stand for."""
    if among is None:
        last = name.rpartition(".")[2]
        near = difflib.get_close_matches(last, _by_last_part(), n=1, cutoff=0.8)
        return by_class_name(near[0])[-1] if near else None
    near = difflib.get_close_matches(name, among, n=1, cutoff=0.75)
    return near[0] if near else None
