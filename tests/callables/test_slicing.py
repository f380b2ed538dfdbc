"""Slices: a callable with exactly what it uses, in an order in which Python can run it."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import libcst as cst
import pytest

from airgo.callables.slicing import Slice, slice_callable
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate.machine import evaluate_file
from airgo.evaluate.objects import Class, Function
from airgo.values import CodeRef

Cut = Callable[..., Slice]


@pytest.fixture
def project(tmp_path: Path) -> Cut:
    """Evaluates a small project and cuts the value of `python_callable` (a name at the end of dags/x.py) out of it."""

    def cut(main: str, files: Mapping[str, str] | None = None, target: str = "task") -> Slice:
        for path, text in {"dags/x.py": f"{main}\nfrom airflow import DAG\n", **(files or {})}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        found = ProjectFiles(tmp_path, ("dags", ""))
        evaluation = evaluate_file(found, "dags/x.py", Config(), Collector(), strict=True)
        value = evaluation.namespace[target]
        from airgo.evaluate.code import code_ref  # noqa: PLC0415

        code = code_ref(value) if isinstance(value, Function | Class) or not isinstance(value, CodeRef) else value
        assert isinstance(code, CodeRef)
        return slice_callable(code, found, Config())

    return cut


def call(made: Slice, tmp_path: Path, *args: object) -> object:
    """Run a slice as a file of its own, and call what it is about."""
    assert made.problems == ()
    script = tmp_path / "script.py"
    script.write_text(f"{made.source}\nRESULT = {made.call}\n")
    compile(made.source, "script", "exec")
    result = runpy.run_path(str(script))["RESULT"]
    return result(*args)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("def task():\n    return missing\n", "missing is not defined", id="an undefined name"),
        pytest.param("for i in []:\n    x = open('a')\ndef task():\n    return x\n", "x is bound in a loop", id="bound in a loop"),
        pytest.param("with open('a') as f:\n    pass\ndef task():\n    return f\n", "f is bound in a loop", id="bound by with"),
        pytest.param("def task():\n    return eval('1')\n", "eval", id="eval"),
        pytest.param("import dag\ndef task():\n    return vars(dag)\n", "dag is used as a value", id="a module of Airflow's as a value"),
        pytest.param(
            "import lib\ndef task():\n    return lib.nothing\n", "lib.nothing is not defined", id="an attribute that is not there"
        ),
    ],
)
def test_what_cannot_be_carried_is_said(project: Cut, source: str, words: str) -> None:
    """A slice that would not do the same has a problem that names the cause."""
    made = project(source, {"dags/lib.py": "X = 1\n", "dags/dag.py": "from airflow import DAG\n"})
    assert any(words in problem.message for problem in made.problems), made.problems


def test_only_what_is_used_travels(project: Cut, tmp_path: Path) -> None:
    """Functions, constants and imports that the callable does not reach stay behind; comments and formatting stay."""
    made = project(
        "import os, json\nimport re\nfrom math import (floor,\n    ceil)\n\nUNUSED = os.getcwd()\n\n"
        "# how many\nLIMIT = 3  # at most\n\ndef other():\n    return re.compile('x')\n\n"
        "def helper(x):\n    # rounds up\n    return ceil(x) + LIMIT\n\ndef task(x):\n    return helper( x )\n"
    )
    assert made.source == (
        "from math import ceil\n\n\n# dags/x.py:9\n# how many\nLIMIT = 3  # at most\n\n\n"
        "# dags/x.py:14\ndef helper(x):\n    # rounds up\n    return ceil(x) + LIMIT\n\n\n"
        "# dags/x.py:18\ndef task(x):\n    return helper( x )\n"
    )
    assert call(made, tmp_path, 1.2) == 5


def test_conditional_bindings_travel_whole(project: Cut, tmp_path: Path) -> None:
    """An import under try, and a constant under if, are carried with their conditions."""
    made = project(
        "try:\n    import not_there\nexcept ImportError:\n    not_there = None\n"
        "import sys\nif sys.version_info > (3,):\n    KIND = 'new'\nelse:\n    KIND = 'old'\n"
        "def task():\n    return [not_there, KIND]\n"
    )
    assert call(made, tmp_path) == [None, "new"]
    assert made.requirements == ("not-there",)


def test_constants_that_are_filled_later_travel_filled(project: Cut, tmp_path: Path) -> None:
    """A constant that the module goes on to change has the value that it had when the file was loaded."""
    made = project(
        "RULES = {}\nRULES['a'] = 1\nRULES.update(b=2)\nNAMES = []\nfor n in 'xy':\n    NAMES.append(n)\n"
        "def task():\n    return [RULES, NAMES]\n"
    )
    assert call(made, tmp_path) == [{"a": 1, "b": 2}, ["x", "y"]]


def test_deployment_values_are_not_fixed(project: Cut) -> None:
    """What the module reads of the environment is read again when the script runs."""
    made = project("import os\nBUCKET = os.environ['B'] + '/x'\ndef task():\n    return BUCKET\n")
    assert "BUCKET = os.environ['B'] + '/x'" in made.source
    assert [(read.kind, read.key, read.optional) for read in made.reads] == [("env", "B", False)]


def test_classes_travel_with_their_bases(project: Cut, tmp_path: Path) -> None:
    """A class brings what its bases, decorators and body use."""
    made = project(
        "from dataclasses import dataclass\nfrom enum import Enum\nclass Kind(Enum):\n    A = 'a'\n"
        "class Base:\n    def name(self):\n        return self.kind.value\n"
        "@dataclass\nclass Item(Base):\n    kind: Kind = Kind.A\ndef task():\n    return Item().name()\n"
    )
    assert call(made, tmp_path) == "a"


def test_closures_become_assignments(project: Cut, tmp_path: Path) -> None:
    """What a factory's arguments and local names were is stated, or the statement that made them is carried."""
    made = project(
        "import collections\ndef make(name, sizes=(1, 2)):\n    def inner(x):\n        return [name, sizes, twice(x), made['a']]\n"
        "    def twice(x):\n        return x * factor\n    factor = 2\n"
        "    made = collections.Counter('aab')\n    return inner\ntask = make('n')\n"
    )
    assert call(made, tmp_path, 4) == ["n", (1, 2), 8, 2]
    made = project("def make(f, n):\n    return lambda x: f(x) + n\ntask = make(lambda y: y * 2, 1)\n")
    assert call(made, tmp_path, 3) == 7


def test_lambdas_partials_and_methods_travel(project: Cut, tmp_path: Path) -> None:
    """Callables of every kind are called as they were made."""
    assert call(project("K = 2\ntask = lambda x: x * K\n"), tmp_path, 3) == 6
    made = project("from functools import partial\ndef f(a, b, c=0):\n    return [a, b, c]\ntask = partial(f, 1, c=3)\n")
    assert (made.call, made.args, made.kwargs) == ("f", ("1",), (("c", "3"),))
    made = project(
        "class A:\n    def __init__(self, n):\n        self.n = n\n    def go(self, x):\n        return self.n + x\ntask = A(5).go\n"
    )
    assert made.bound
    assert call(made, tmp_path, 1) == 6
    made = project("class A:\n    def __call__(self, x):\n        return x\ntask = A()\n")
    assert call(made, tmp_path, 1) == 1


def test_names_from_modules_of_the_project_are_embedded(project: Cut, tmp_path: Path) -> None:
    """Imports lead to the code itself, under the names used here, also through packages and star imports."""
    made = project(
        "from lib.tools import helper as h\nfrom lib import SIZE\nfrom lib.stars import *\nimport lib.other\nfrom lib import deep\n"
        "def task():\n    return [h(1), SIZE, starred(), lib.other.value(), deep.below]\n",
        {
            "dags/lib/__init__.py": "from .sizes import SIZE\n",
            "dags/lib/sizes.py": "SIZE = 7\n",
            "dags/lib/tools.py": "from .sizes import SIZE as S\ndef helper(x):\n    return x + S\n",
            "dags/lib/stars.py": "def starred():\n    return 's'\n",
            "dags/lib/other.py": "V = 'o'\ndef value():\n    return V\n",
            "dags/lib/deep.py": "below = [1]\n",
        },
    )
    assert "# dags/lib/tools.py:2\ndef helper(x):" in made.source
    assert call(made, tmp_path) == [8, 7, "s", "o", [1]]


def test_modules_whose_names_clash_stand_apart(project: Cut, tmp_path: Path) -> None:
    """A module that names other things alike keeps its own names, inside a function."""
    made = project(
        "from lib.a import load\nfrom lib import b\nNAME = 'main'\ndef read():\n    return NAME\n"
        "def task():\n    return [read(), load(), b.load(), NAME]\n",
        {
            "dags/lib/__init__.py": "",
            "dags/lib/a.py": "from lib.b import TEXT\nNAME = 'a'\ndef read():\n    return NAME + TEXT\ndef load():\n    return read()\n",
            "dags/lib/b.py": "import json\nNAME = 'b'\nTEXT = '''\n  t'''\ndef load():\n    return json.dumps(NAME)\n",
        },
    )
    assert call(made, tmp_path) == ["main", "a\n  t", '"b"', "main"]


def test_equal_statements_of_two_modules_are_one(project: Cut, tmp_path: Path) -> None:
    """Loggers that every module makes alike do not clash."""
    line = "import logging\nlog = logging.getLogger(__name__)\n"
    made = project(
        f"{line}from lib import f\ndef task():\n    log.info('x')\n    return f()\n",
        {"dags/lib.py": f"{line}def f():\n    log.info('y')\n    return 1\n"},
    )
    assert made.source.count("log = ") == 1
    assert call(made, tmp_path) == 1


def test_imports_inside_functions_find_the_projects_modules(project: Cut, tmp_path: Path) -> None:
    """The function's own import statement stays; the script registers what it asks for."""
    made = project(
        "def task():\n    from lib.a import f as g\n    import lib.a as a\n    import lib.b\n    return [g(), a.X, lib.b.Y]\n",
        {"dags/lib/__init__.py": "", "dags/lib/a.py": "X = 1\ndef f():\n    return X\n", "dags/lib/b.py": "Y = 2\n"},
    )
    assert call(made, tmp_path) == [1, 1, 2]


def test_annotations_that_cannot_be_had_are_postponed(project: Cut, tmp_path: Path) -> None:
    """A signature that names Airflow's classes still travels as written; names of the standard library keep their import."""
    made = project(
        "from typing import Any\nfrom airflow.models import TaskInstance\ndef task(ti: TaskInstance = None) -> Any:\n    return 1\n"
    )
    assert made.source.startswith("from __future__ import annotations\nfrom typing import Any\n")
    assert call(made, tmp_path) == 1


def test_airflows_decorators_are_left_out_and_others_stay(project: Cut, tmp_path: Path) -> None:
    """The template does what @task does; a decorator of the user's own is part of the function."""
    made = project(
        "import functools\nfrom airflow.decorators import task as airflow_task\ndef twice(f):\n    @functools.wraps(f)\n"
        "    def inner():\n        return [f(), f()]\n    return inner\n"
        "@twice\ndef task():\n    return 1\n"
    )
    assert call(made, tmp_path) == [1, 1]


def test_every_node_below_a_slice_has_a_name_or_is_builtin(project: Cut) -> None:
    """No name of a slice is left undefined, whatever the code looks like."""
    made = project(
        "import os\nA = os.sep\ndef b():\n    return f'{A!r:>{len(A)}}'\ndef task(*, c=b()):\n    return [d for d in c if (e := d)], e\n"
    )
    assert made.problems == ()
    assert isinstance(cst.parse_module(made.source), cst.Module)


BESIDE = {
    "dags/lib.py": "import json\nX = json.loads('1')\nfor one in [object()]:\n    LAST = one\n",
    "dags/pack/__init__.py": "from .inner import Inner\n",
    "dags/pack/inner.py": (
        "import requests\nfrom airflow.models import Variable\nfor one in [object()]:\n    LAST = one\nclass Inner:\n    def get(self):\n"
        "        from .deep import value\n        return value + Variable.get('v') + str(LAST)\n"
    ),
    "dags/pack/deep.py": "value = 'deep'\n",
    "dags/pack/unused.py": "import numpy\n",
    "dags/hook.py": "from airflow.providers.x import Hook\nfor one in [object()]:\n    LAST = one\ndef use():\n    return Hook, LAST\n",
}


@pytest.mark.parametrize(
    ("source", "files"),
    [
        pytest.param("import lib\ndef task():\n    return sorted(vars(lib))\n", ["dags/lib.py"], id="a module as a value"),
        pytest.param("from lib import LAST as it\ndef task():\n    return it\n", ["dags/lib.py"], id="a name bound in a loop"),
        pytest.param(
            "from pack import Inner\ndef task():\n    return Inner().get()\n",
            ["dags/pack/__init__.py", "dags/pack/deep.py", "dags/pack/inner.py"],
            id="a package with relative imports inside functions",
        ),
        pytest.param("import lib as other\ndef task():\n    return other.LAST\n", ["dags/lib.py"], id="a module under another name"),
        pytest.param("from lib import *\ndef task():\n    return LAST\n", ["dags/lib.py"], id="everything of a module"),
        pytest.param("def task():\n    import lib\n    return lib.LAST\n", ["dags/lib.py"], id="imported inside the function"),
    ],
)
def test_modules_that_cannot_stand_in_a_script_travel_as_files(project: Cut, source: str, files: list[str]) -> None:
    """The script imports them as the user wrote it, and they travel whole, with their packages and what they import."""
    made = project(source, BESIDE)
    assert made.problems == ()
    assert [one.path for one in made.files] == files
    assert not made.in_image
    assert "LAST = one" not in made.source


def test_a_relative_import_inside_a_function_names_its_module(project: Cut, tmp_path: Path) -> None:
    """A script has no package to count from; what is imported travels in the script, and the rest of the line is the user's."""
    beside = {
        "dags/pack/__init__.py": "",
        "dags/pack/inner.py": "def get():\n    from .deep import value as v  # kept\n    from . import deep\n    return v + deep.value\n",
        "dags/pack/deep.py": "value = 'deep'\n",
    }
    made = project("from pack.inner import get\ndef task():\n    return get()\n", beside)
    assert made.problems == ()
    assert made.files == ()
    assert "    from pack.deep import value as v  # kept\n    from pack import deep\n" in made.source
    script = tmp_path / "script.py"
    script.write_text(made.source)
    assert runpy.run_path(str(script))["task"]() == "deepdeep"


def test_a_package_on_files_brings_what_importing_it_takes(project: Cut) -> None:
    """Packages that its modules import, names of Airflow that the runtime replaces, and what the code reads of the deployment."""
    made = project("from pack import Inner\ndef task():\n    return Inner().get()\n", BESIDE)
    assert made.requirements == ("requests",)
    assert "from pack import Inner\n" in made.source
    assert 'sys.modules["airflow.models"] = SimpleNamespace(Variable=Variable)\n' in made.source
    assert made.source.index("sys.modules") < made.source.index("from pack import Inner")
    assert made.replaced == ("Variable",)
    assert [(read.kind, read.key) for read in made.reads] == [("variable", "v")]


def test_a_module_that_needs_airflow_is_no_file(project: Cut) -> None:
    """What cannot be imported without Airflow stays a problem, in the words of the code that needs it."""
    made = project("from hook import use\ndef task():\n    return use()\n", BESIDE)
    assert made.files == ()
    assert {problem.rule.code for problem in made.problems} == {"AG500", "AG501"}


def test_code_that_looks_beside_itself_needs_the_project_in_its_image(project: Cut) -> None:
    """The path of its source file is the one in the image."""
    made = project("import os\nHERE = os.path.dirname(__file__)\ndef task():\n    return open(HERE + '/x.sql').read()\n")
    assert made.in_image
    assert made.files == ()
    assert "__file__ = '/airgo-project/dags/x.py'\n" in made.source


def test_long_code_of_other_modules_travels_as_files(project: Cut) -> None:
    """A script stays short enough to be read."""
    long = "def work():\n" + "    print(1)\n" * 301
    assert [one.path for one in project("from lib import work\ndef task():\n    work()\n", {"dags/lib.py": long}).files] == ["dags/lib.py"]
    assert project("from lib import work\ndef task():\n    work()\n", {"dags/lib.py": long[:200] + "\n"}).files == ()
