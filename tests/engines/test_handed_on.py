"""The scripts that read the sources of providers, and what they made."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from airgo import catalogue
from tests.engines import provider_constants
from tests.engines.handed_on import Sources, handed_on
from tests.engines.required import absent

SOURCE = """
from enum import Enum
from corp.other import Kind

DEFAULT = "d"

class Base(BaseOperator):
    def __init__(self, *, conn_id=None, mode="a", size=1, **kwargs):
        super().__init__(do_xcom_push=False, **kwargs)
        self.conn_id = conn_id

class Plain(Base):
    pass

class Renamed(Base):
    fixed = "class"
    def __init__(self, corp_conn_id=DEFAULT, mode="b", name=None, **kwargs):
        self.first = corp_conn_id
        if name is not None:
            kwargs["name"] = name
        else:
            kwargs["name"] = Kind.ONE
        kwargs.setdefault("label", [self.fixed, mode])
        super().__init__(conn_id=self.first, mode=mode, size=len(mode), **kwargs)

class Optional(Base):
    def __init__(self, config=None, delay=NOTSET, **kwargs):
        delay = 60 if delay is NOTSET else delay
        if "options" not in kwargs:
            kwargs["options"] = ["OK"]
        label = kwargs.pop("label", "none")
        super().__init__(config=config or {}, delay=delay, label=label, **kwargs)

class After(Base):
    def __init__(self, corp_conn_id=DEFAULT, **kwargs):
        super().__init__(conn_id="x", **kwargs)
        self.conn_id = corp_conn_id

class Guarded(Base):
    def __init__(self, flag=False, **kwargs):
        if flag:
            super().__init__(conn_id="a", **kwargs)
        else:
            super().__init__(conn_id="b", **kwargs)
"""
OTHER = """
from enum import Enum
class Kind(str, Enum):
    ONE = "one"
"""


def sources(folder: Path) -> Sources:
    """A package with the classes above."""
    (folder / "corp").mkdir()
    (folder / "corp" / "__init__.py").write_text("")
    (folder / "corp" / "ops.py").write_text(SOURCE)
    (folder / "corp" / "other.py").write_text(OTHER)
    return Sources([folder])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Guarded", {}, id="which call runs is not seen"),
        pytest.param("Plain", {"do_xcom_push": False}, id="no constructor of its own"),
        pytest.param(
            "Renamed",
            {
                "": ["mode"],
                "conn_id": {"$": "corp_conn_id"},
                "do_xcom_push": False,
                "label": ["class", {"$": "mode"}],
                "name": {"given": "name", "then": {"$": "name"}, "else": "one"},
            },
            id="all forms",
        ),
        pytest.param(
            "Optional",
            {
                "config": {"true": "config", "then": {"$": "config"}, "else": {}},
                "delay": {"given": "delay", "then": {"$": "delay"}, "else": 60},
                "do_xcom_push": False,
                "label": {"$": "label", "else": "none"},
                "options": {"given": "options", "then": {"$": "options", "else": None}, "else": ["OK"]},
            },
            id="only when not given",
        ),
        pytest.param("After", {"conn_id": {"$": "corp_conn_id"}, "do_xcom_push": False}, id="assigned afterwards"),
    ],
)
def test_constructors(tmp_path: Path, name: str, expected: object) -> None:
    """Constructors are followed by their syntax; what is not certain is left out."""
    found = sources(tmp_path).find(f"corp.ops.{name}")
    assert found is not None
    assert handed_on(Sources([tmp_path]), found) == expected


def installed() -> Path:
    """The folder that holds the installed provider of the standard operators."""
    if find_spec("airflow") is None:
        absent("Airflow is not installed")
    import airflow.providers.standard  # noqa: PLC0415 - installed for tests only

    return Path(airflow.providers.standard.__file__).parents[3]


@pytest.mark.parametrize("name", ["operators.python.PythonVirtualenvOperator", "operators.hitl.ApprovalOperator"])
def test_table_is_what_the_script_makes(name: str) -> None:
    """The table in the package has the rows that the script makes of the installed provider."""
    full = f"airflow.providers.standard.{name}"
    folder = Sources([installed()])
    found = folder.find(full)
    assert found is not None
    assert handed_on(folder, found) == catalogue.handed_on(full, "3") != {}


def test_constants(tmp_path: Path) -> None:
    """Constants of modules and classes, and members of enumerations, are told apart."""
    folder = sources(tmp_path)
    module = folder.module("corp.other")
    assert module is not None
    assert list(provider_constants.own(module)) == [("corp.other.Kind.ONE", "one", "enum")]
    other = folder.module("corp.ops")
    assert other is not None
    assert [one[:2] for one in provider_constants.own(other)] == [("corp.ops.DEFAULT", "d")]
