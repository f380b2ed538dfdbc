"""What DAG files read from the deployment while they load: Variables, Connections, airflow.cfg, and Params."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from airgo import catalogue
from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.deployment import note_read
from airgo.evaluate.models import CONSTANTS, constant, models
from airgo.evaluate.objects import Call, Modelled, Native, PythonError
from airgo.values import MISSING, Operation, ParamValue, Symbol, Symbolic, Unknown

SECRET_FIELDS = frozenset({"password", "extra", "extra_dejson"})
"""Fields of a connection whose values never leave airgo, even when the configuration gives them."""
SURE_SETTINGS: Mapping[tuple[str, str], str] = {("core", "default_timezone"): "utc", ("core", "load_examples"): "True"}
"""Settings whose default is taken for their value, as `build` does with the timezone of a DAG."""
RENAMED_SECTIONS = {"kubernetes": "kubernetes_executor"}
TRUE_TEXTS = frozenset({"t", "true", "1", "yes", "on"})


@models("airflow.sdk.definitions.variable.Variable.get")
def variable_get(call: Call) -> object:
    """`Variable.get("key", default_var=..., deserialize_json=...)`."""
    key = call.argument(0, "key")
    default = call.kwargs.get("default_var", call.kwargs.get("default", call.args[1] if len(call.args) > 1 else MISSING))
    as_json = call.kwargs.get("deserialize_json", call.args[2] if len(call.args) > 2 else False) is True
    if not isinstance(key, str):
        return (
            Unknown("a Variable whose key is not known", call.place)
            if not isinstance(key, Symbolic)
            else Operation("variable", (key,), call.place)
        )
    note_read(call.machine, "variable", key, call.place, default)
    found = call.machine.config.variables.get(key, MISSING)
    if found is MISSING:
        return Symbol("variable", key, default=default, place=call.place)
    return decoded(found) if as_json else stored(found)


def stored(value: object) -> str:
    """A Variable as Airflow stores it: text, JSON for anything else."""
    return value if isinstance(value, str) else json.dumps(value)


def decoded(value: object) -> object:
    """A Variable read with deserialize_json."""
    if not isinstance(value, str):
        return json.loads(json.dumps(value))
    try:
        return json.loads(value)
    except ValueError as error:
        raise PythonError("JSONDecodeError", str(error)) from error


@models("airflow.sdk.definitions.variable.Variable.setdefault")
def variable_setdefault(call: Call) -> object:
    """`Variable.setdefault("key", default)`."""
    return variable_get(Call(call.machine, call.name, call.args[:2], {"deserialize_json": True, **call.kwargs}, call.place))


@models("airflow.sdk.definitions.variable.Variable.set", "airflow.sdk.definitions.variable.Variable.delete")
def variable_set(call: Call) -> object:
    """Writing a Variable while the file loads has no effect that airgo could keep."""
    return None


class ConnectionValue(Modelled):
    """`BaseHook.get_connection("id")`: each field is known from the configuration, or comes from the deployment."""

    __slots__ = ("fields", "id")

    def __init__(self, conn_id: str, fields: Mapping[str, object]) -> None:
        self.id = conn_id
        self.fields = fields

    def get_attribute(self, name: str, call: Call) -> object:
        """`connection.host`; a secret stays a reference."""
        if name in ("conn_id", "connection_id"):
            return self.id
        if name in ("get_password", "get_uri", "as_json", "get_extra_dejson", "get_extra"):
            field = {"get_uri": "uri", "as_json": "json"}.get(name, name.removeprefix("get_"))
            return Native(name, lambda inner: self.field(field, inner))
        return self.field(name, call)

    def field(self, name: str, call: Call) -> object:
        """One field."""
        if name == "extra_dejson" and isinstance(self.fields.get("extra"), dict):
            return dict(self.fields["extra"])  # type: ignore[call-overload]  # just tested
        if name in self.fields and name not in SECRET_FIELDS:
            return self.fields[name]
        return Symbol("connection", self.id, (name,), place=call.place)


def connection_fields(value: object) -> Mapping[str, object]:
    """The fields of a configured connection: a table, a JSON text or a URI."""
    if isinstance(value, dict):
        extra = value.get("extra")
        return {**value, "extra": json.loads(extra)} if isinstance(extra, str) and extra.startswith("{") else value
    if not isinstance(value, str):
        return {}
    if value.lstrip().startswith("{"):
        return connection_fields(json.loads(value))
    parts = urlsplit(value)
    query = dict(parse_qsl(parts.query))
    extra = json.loads(query["__extra__"]) if "__extra__" in query else query
    return {
        "conn_type": parts.scheme.replace("-", "_"),
        "host": unquote(parts.hostname) if parts.hostname else "",
        "login": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "port": parts.port,
        "schema": unquote(parts.path.lstrip("/")),
        "extra": extra,
    }


@models(
    "airflow.sdk.bases.hook.BaseHook.get_connection",
    "airflow.sdk.definitions.connection.Connection.get",
    "airflow.sdk.definitions.connection.Connection.get_connection_from_secrets",
)
def get_connection(call: Call) -> object:
    """`BaseHook.get_connection("id")`."""
    key = call.argument(0, "conn_id")
    if not isinstance(key, str):
        return Unknown("a connection whose id is not known", call.place)
    note_read(call.machine, "connection", key, call.place)
    return ConnectionValue(key, connection_fields(call.machine.config.connections.get(key)))


def config_value(call: Call) -> object:
    """`conf.get("section", "key", fallback=...)`: from the environment as Airflow reads it, else from the deployment."""
    section, key = call.argument(0, "section"), call.argument(1, "key")
    if not isinstance(section, str) or not isinstance(key, str):
        return Unknown("a setting of airflow.cfg whose name is not known", call.place)
    name = f"AIRFLOW__{section.upper()}__{key.upper()}"
    found = call.machine.config.env.get(name, MISSING)
    if found is not MISSING:
        note_read(call.machine, "config", f"{section}.{key}", call.place)
        return found
    if (section, key) == ("core", "dags_folder"):
        return dags_folder(call)
    if (section, key) == ("scheduler", "catchup_by_default"):
        given = call.machine.config.catchup_by_default
        return call.machine.config.airflow_version != "3" if given is None else given
    if (section, key) in SURE_SETTINGS:
        return SURE_SETTINGS[section, key]
    own = catalogue.setting(f"{RENAMED_SECTIONS.get(section, section)}.{key.lower()}", call.machine.config.airflow_version or "2")
    default = call.kwargs.get("fallback", MISSING) if own is None else own
    note_read(call.machine, "config", f"{section}.{key}", call.place, default)
    return Symbol("config", f"{section}.{key}", default=default, place=call.place)


def converted(value: object, convert: Callable[[str], object]) -> object:
    """A setting as another type; of one that the deployment decides, its default."""
    if isinstance(value, Symbol) and isinstance(value.default, str):
        return replace(value, default=convert(value.default))
    return convert(value) if isinstance(value, str) else value


def dags_folder(call: Call) -> str:
    """Where the DAG files lie: the import root above the file being processed."""
    path = call.machine.main_path
    roots = [root for root in call.machine.files.source_roots if root and path.startswith(f"{root}/")]
    inner = max(roots, key=len) if roots else path.rpartition("/")[0]
    return f"{DEPLOYED_ROOT}/{inner}".rstrip("/")


@models("airflow.configuration.conf.get", "airflow.configuration.get", "airflow.configuration.conf.get_mandatory_value")
def conf_get(call: Call) -> object:
    """`conf.get`."""
    return config_value(call)


@models("airflow.configuration.conf.getboolean")
def conf_getboolean(call: Call) -> object:
    """`conf.getboolean`."""
    return converted(config_value(call), lambda text: text.strip().lower() in TRUE_TEXTS)


@models("airflow.configuration.conf.getint", "airflow.configuration.conf.getfloat")
def conf_number(call: Call) -> object:
    """`conf.getint` and `conf.getfloat`."""
    try:
        return converted(config_value(call), int if call.name.endswith("int") else float)
    except ValueError as error:
        raise PythonError("AirflowConfigException", str(error)) from error


@models("airflow.configuration.conf.has_option")
def conf_has_option(call: Call) -> object:
    """`conf.has_option`."""
    value = config_value(call)
    known = not isinstance(value, Symbolic) or (
        isinstance(value, Symbol) and value.default is not MISSING and "fallback" not in call.kwargs
    )
    return True if known else Operation("has_option", (value,), call.place)


@models("airflow.sdk.definitions.param.Param")
def param(call: Call) -> ParamValue:
    """`Param(default, type="string", enum=[...])`."""
    schema = {name: value for name, value in call.kwargs.items() if name not in ("default", "schema", "source")}
    if isinstance(call.kwargs.get("schema"), dict):
        schema = {**call.kwargs["schema"], **schema}  # type: ignore[dict-item]  # just tested
    return ParamValue(call.argument(0, "default", MISSING), schema)


@models("airflow.sdk.definitions.param.ParamsDict")
def params_dict(call: Call) -> object:
    """`ParamsDict({...})`."""
    found = call.argument(0, "dict_obj", {})
    return dict(found) if isinstance(found, dict) else found


class DagsFolder(Modelled):
    """`airflow.settings.DAGS_FOLDER`, which needs the running evaluation to be known."""

    __slots__ = ()

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`DAGS_FOLDER + "/sql"`."""
        mine = dags_folder(call)
        return call.machine.operate(operator, other, mine) if reflected else call.machine.operate(operator, mine, other)

    def get_attribute(self, name: str, call: Call) -> object:
        """`DAGS_FOLDER.rstrip("/")` and other methods of text."""
        return call.machine.attribute(dags_folder(call), name, MISSING)


if "airflow.settings.DAGS_FOLDER" not in CONSTANTS:
    constant("airflow.settings.DAGS_FOLDER", DagsFolder())
