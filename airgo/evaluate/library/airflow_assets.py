"""Assets (Datasets): values that schedules and outlets are made of, `&` and `|` between them, and the @asset decorators."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.evaluate.drafts import DagDraft
from airgo.evaluate.library.airflow_dag import fill
from airgo.evaluate.library.airflow_operators import construct
from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, Modelled, Native, PythonError
from airgo.evaluate.task_drafts import TaskDraft
from airgo.values import MISSING, ExternCall, Unknown

MODULE = "airflow.sdk.definitions.asset"
MAIN_OPERATOR = "airflow.sdk.definitions.asset.decorators._AssetMainOperator"
FIELDS = {"Asset": ("name", "uri", "group", "extra", "watchers"), "AssetAlias": ("name", "group")}


class AssetValue(Modelled):
    """An asset, an alias or a reference; also the `&` and `|` of several (`parts`)."""

    __slots__ = ("class_name", "fields", "parts", "place")

    def __init__(self, class_name: str, fields: Mapping[str, object], parts: tuple[object, ...], place: object) -> None:
        self.class_name = class_name
        self.fields = dict(fields)
        self.parts = parts
        self.place = place

    def as_call(self) -> ExternCall:
        """The asset as data."""
        parts = tuple(part.as_call() if isinstance(part, AssetValue) else part for part in self.parts)
        return ExternCall(f"{MODULE}.{self.class_name}", parts, self.fields)

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`a & b`, `a | b`; equality by name and uri."""
        if operator in ("&", "|") and isinstance(other, AssetValue):
            pair = (other, self) if reflected else (self, other)
            kind = "AssetAll" if operator == "&" else "AssetAny"
            flat = [part for one in pair for part in (one.parts if one.class_name == kind else (one,))]
            return AssetValue(kind, {}, tuple(flat), call.place)
        if operator in ("==", "!=") and isinstance(other, AssetValue):
            same = self.as_call() == other.as_call()
            return same if operator == "==" else not same
        return MISSING

    def instance_of(self, name: str) -> bool | object:
        """An asset is none of Python's own types."""
        return False if name.startswith("builtins.") and name != "builtins.object" else MISSING

    def get_attribute(self, name: str, call: Call) -> object:
        """`asset.uri`, `asset.name`, `asset.extra`."""
        if name in self.fields:
            return self.fields[name]
        if name == "uri" and "name" in self.fields:
            return self.fields["name"]
        if name == "name" and "uri" in self.fields:
            return self.fields["uri"]
        if name == "extra":
            return {}
        return MISSING if name.startswith("__") else Unknown(f"{name} of an asset", call.place)


def asset_model(class_name: str, call: Call) -> AssetValue:
    """An asset or alias from its arguments."""
    fields = {**dict(zip(FIELDS[class_name], call.args, strict=False)), **call.kwargs}
    return AssetValue(class_name, fields, (), call.place)


@models(f"{MODULE}.Asset", f"{MODULE}.Model", f"{MODULE}.Dataset")
def asset(call: Call) -> AssetValue:
    """`Asset("name", uri=...)`; `Dataset("uri")` has one argument, which is both."""
    return asset_model("Asset", call)


@models(f"{MODULE}.AssetAlias")
def asset_alias(call: Call) -> AssetValue:
    """`AssetAlias("name")`."""
    return asset_model("AssetAlias", call)


@models(f"{MODULE}.Asset.ref")
def asset_ref(call: Call) -> AssetValue:
    """`Asset.ref(name=...)` or `Asset.ref(uri=...)`."""
    return AssetValue("AssetRef", call.kwargs, (), call.place)


@models(f"{MODULE}.AssetAll", f"{MODULE}.AssetAny")
def asset_expression(call: Call) -> AssetValue:
    """`AssetAll(a, b)`, `AssetAny(a, b)`."""
    return AssetValue(call.name.rpartition(".")[2], {}, call.args, call.place)


@models(f"{MODULE}.decorators.asset")
def asset_decorator(call: Call) -> object:
    """`@asset(schedule=...)`: a DAG of one task that makes the asset named like the function."""
    return Native("asset", lambda inner: asset_dag(inner.args[0], call.kwargs, None, call))


@models(f"{MODULE}.decorators.asset.multi")
def asset_multi(call: Call) -> object:
    """`@asset.multi(outlets=[...], schedule=...)`."""
    return Native("asset.multi", lambda inner: asset_dag(inner.args[0], call.kwargs, call.kwargs.get("outlets"), call))


TASK_OPTIONS = frozenset({"outlets", "uri", "name", "group", "extra", "watchers"})


def asset_dag(function: object, kwargs: Mapping[str, object], outlets: object, call: Call) -> object:
    """The DAG and its task; the value is the asset, or the list of outlets' definition."""
    name = kwargs.get("name", call.machine.attribute(function, "__name__", ""))
    if not isinstance(name, str):
        raise PythonError("TypeError", "an asset needs a name")
    dag_id = call.machine.attribute(function, "__name__", name) if outlets is not None else name
    dag = DagDraft(call.place)
    options = {key: value for key, value in kwargs.items() if key not in TASK_OPTIONS}
    fill(dag, {"dag_id": options.pop("dag_id", dag_id), "catchup": False, **options}, call)
    made = AssetValue(
        "Asset", {"name": name, **{key: kwargs[key] for key in ("uri", "group", "extra", "watchers") if key in kwargs}}, (), call.place
    )
    dag.enter(call)
    try:
        task = TaskDraft(MAIN_OPERATOR, MAIN_OPERATOR, None, call.place)
        task.fields = ()
        arguments: dict[str, object] = {
            "task_id": dag_id,
            "outlets": outlets if outlets is not None else [made],
            "python_callable": function,
        }
        arguments["definition_name"] = call.machine.attribute(function, "__name__", dag_id)
        inlets = asset_inlets(function, call)
        construct(task, {**arguments, "inlets": inlets}, Call(call.machine, MAIN_OPERATOR, (), {}, call.place))
    finally:
        dag.leave(call)
    return made


def asset_inlets(function: object, call: Call) -> list[object]:
    """Assets that the function takes by the names of its parameters."""
    skipped = {"self", "context"}
    parameters = call.machine.parameters(function) or ()
    return [
        AssetValue("AssetRef", {"name": one.name}, (), call.place)
        for one in parameters
        if one.kind in ("positional", "keyword") and one.default is MISSING and one.name not in skipped
    ]
