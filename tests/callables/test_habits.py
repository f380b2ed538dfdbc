"""What code does that a pod of its own does otherwise, and what is none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from airgo.callables.slicing import slice_callable
from airgo.config import Config
from airgo.lower.draft import Node
from airgo.lower.strategies import STRATEGIES
from airgo.values import CodeRef

SAID = {
    "the airflow command in a shell": ("import os\ndef task():\n    os.system('airflow dags trigger x')\n", "AG533"),
    "the airflow command as words": ("import subprocess\ndef task(x):\n    subprocess.run(['airflow', x])\n", "AG533"),
    "the airflow command in an f-string": ("import subprocess\ndef task(x):\n    subprocess.run(f'airflow {x}', shell=True)\n", "AG533"),
    "an exit without a code": ("import sys\ndef task():\n    sys.exit()\n", "AG550"),
    "an exit with the code 0": ("def task():\n    raise SystemExit(0)\n", "AG550"),
    "a global that is changed": ("COUNT = 0\ndef task():\n    global COUNT\n    COUNT += 1\n", "AG538"),
    "sys.path": ("import sys\nsys.path.insert(0, 'lib')\ndef task():\n    pass\n", "AG534"),
    "a request when the module is loaded": (
        "import requests\nDATA = requests.get('http://x').json()\ndef task():\n    return DATA\n",
        "AG535",
    ),
}
UNSAID = {
    "an exit with an error": "import sys\ndef task(x):\n    sys.exit('no ' + x if x else 1)\n",
    "a global that is only read": "COUNT = 0\ndef task():\n    return COUNT\n",
    "another command": "import subprocess\ndef task(x):\n    subprocess.run(['airflowctl', x])\n",
    "a request inside the function": "import json\ndef task():\n    import requests\n    return requests.get('http://x')\n",
    "a request that does not travel": "import requests\nDATA = requests.get('http://x')\ndef task():\n    pass\n",
    "sys.path inside the function": "import sys\ndef task():\n    sys.path.append('/x')\n",
}


@pytest.mark.parametrize("source", [pytest.param(text, id=name) for name, text in UNSAID.items()])
def test_what_is_the_same_in_a_pod_is_not_said(cut: Callable[..., CodeRef], source: str) -> None:
    """Code that does what it does in Airflow has no finding."""
    assert slice_callable(cut(source), None, Config()).problems == ()


@pytest.mark.parametrize(("source", "code"), [pytest.param(*case, id=name) for name, case in SAID.items()])
def test_what_differs_in_a_pod_is_said(cut: Callable[..., CodeRef], source: str, code: str) -> None:
    """Each habit has one finding, which does not keep the code from travelling."""
    assert [one.rule.code for one in slice_callable(cut(source), None, Config()).problems] == [code]


TUPLES = {
    "a tuple": ("def task():\n    return 1, 2\n", True),
    "a tuple in a dict": ("def task():\n    return {'a': (1, 2)}\n", True),
    "a tuple in a list": ("def task():\n    return [(1, 2)]\n", True),
    "made by tuple()": ("def task():\n    return tuple([1])\n", True),
    "a list": ("def task():\n    return [1, 2]\n", False),
    "in an inner function": ("def task():\n    def inner():\n        return 1, 2\n    return sum(inner())\n", False),
}


@pytest.mark.parametrize(("source", "said"), [pytest.param(*case, id=name) for name, case in TUPLES.items()])
def test_a_tuple_that_somebody_reads_is_said(make, cut: Callable[..., CodeRef], source: str, said: bool) -> None:
    """JSON has lists only; where nobody reads the value nothing differs."""
    made = make(cut(source))
    made.source()
    assert list(made.draft.collector) == []
    made.source("return_value")
    assert [one.code for one in made.draft.collector] == (["AG532"] if said else [])


NO_JSON = {
    "a set": ("def task():\n    return {1, 2}\n", True),
    "made by set()": ("def task(x):\n    found = set(x)\n    return found\n", True),
    "a set in a dict": ("def task():\n    return {'a': [{1}]}\n", True),
    "bytes": ("def task():\n    return b'x'\n", True),
    "a date": ("from datetime import datetime as dt\ndef task():\n    return dt.now()\n", True),
    "a data frame": ("def task():\n    import pandas as pd\n    frame = pd.read_csv('x')\n    return frame\n", True),
    "an object of the module": ("class A:\n    pass\ndef task():\n    return A()\n", True),
    "a generator": ("def task():\n    yield 1\n", True),
    "a list of a set": ("def task():\n    return sorted({1, 2})\n", False),
    "a date as text": ("from datetime import datetime\ndef task():\n    return datetime.now().isoformat()\n", False),
    "a frame as a dict": ("import pandas as pd\ndef task():\n    return pd.DataFrame([1]).to_dict()\n", False),
    "another set": ("def set(x):\n    return 1\ndef task():\n    return set(1)\n", False),
    "a name with several values": ("def task(x):\n    found = {1}\n    if x:\n        found = 1\n    return found\n", False),
    "a dict of the module": ("class A(dict):\n    pass\ndef task():\n    return A()\n", False),
    "in an inner function": ("def task():\n    def inner():\n        yield 1\n    return list(inner())\n", False),
}


@pytest.mark.parametrize(("source", "said"), [pytest.param(*case, id=name) for name, case in NO_JSON.items()])
def test_what_json_does_not_have_is_said_where_somebody_reads_it(make, cut: Callable[..., CodeRef], source: str, said: bool) -> None:
    """The script would fail when it writes the value; where nobody reads it, it writes none."""
    made = make(cut(source))
    made.source()
    assert [one.code for one in made.draft.collector if one.code == "AG537"] == []
    made.source("return_value")
    assert [one.code for one in made.draft.collector if one.code == "AG537"] == (["AG537"] if said else [])


def test_the_finding_says_what_the_script_does(make, cut: Callable[..., CodeRef]) -> None:
    """It does fail, with the encoder's own words."""
    ran = make(cut("def task():\n    return {1}\n")).run("return_value")
    assert ran.status == 1
    assert "set is not JSON serializable" in ran.errors


def test_a_lambdas_tuple_is_seen(make, cut: Callable[..., CodeRef]) -> None:
    """A lambda returns its body."""
    made = make(cut("task = lambda: (1, 2)\n", "<lambda>"))
    made.source("return_value")
    assert [one.code for one in made.draft.collector] == ["AG532"]


def test_two_tasks_that_name_one_file_are_said(make, cut: Callable[..., CodeRef]) -> None:
    """A pod's files are gone with it; one task alone may use its own."""
    source = "def task(x):\n    open(f'/tmp/out/{x}')\n    return '/api/v1', '/tmp/', open('/opt/a b')\n"
    made = make(cut(source), op_args=["a"])
    assert made.draft.paths == {"/tmp/out/": "t"}
    assert list(made.draft.collector) == []
    again = Node(replace(made.draft.nodes["t"].task, id="u"), "u")
    STRATEGIES["python"](again, {"python_callable": cut(source)}, {}, made.draft)
    assert [one.message for one in made.draft.collector] == ["u and t both name /tmp/out/"]
