"""Which DAGs of a file Airflow would find."""

from __future__ import annotations

from pathlib import Path

from tests.build.building import build


def ids(folder: Path, text: str, files: dict[str, str] | None = None) -> list[str]:
    """The ids of the DAGs found."""
    return [dag.id for dag in build(folder, text, files=files)[0].dags]


def test_dag_that_no_name_holds_is_not_found(tmp_path: Path) -> None:
    """A DAG without `with` counts only if a global name holds it when the file ends."""
    text = """
        from airflow.models import DAG
        def make(name):
            return DAG(name)
        make("lost")
        for name in ("first", "last"):
            dag = make(name)
        globals()["computed"] = make("named")
        held = [make("in a list")]
    """
    assert ids(tmp_path, text) == ["last", "named"]


def test_dag_in_with_registers_itself(tmp_path: Path) -> None:
    """A DAG that was entered counts wherever it was made, unless auto_register is off."""
    text = """
        from airflow.models import DAG
        def make(name, **kwargs):
            with DAG(name, **kwargs):
                pass
        make("a")
        make("b", auto_register=False)
    """
    assert ids(tmp_path, text) == ["a"]


def test_decorated_function_must_be_called(tmp_path: Path) -> None:
    """`@dag` makes a DAG when the function is called, not before."""
    text = """
        from airflow.decorators import dag
        @dag()
        def called(): ...
        @dag("other", schedule=None)
        def not_called(): ...
        called()
    """
    assert ids(tmp_path, text) == ["called"]


def test_imported_dag_says_who_made_it(tmp_path: Path) -> None:
    """A DAG that a file imports is found in that file too, marked with the file that made it."""
    files = {"other.py": "from airflow.models import DAG\ndag = DAG('theirs')\n"}
    file, _ = build(tmp_path, "from airflow.models import DAG\nfrom other import dag as theirs\ndag = DAG('mine')\n", files=files)
    assert [(dag.id, dag.made_by) for dag in file.dags] == [("theirs", "dags/other.py"), ("mine", "")]


def test_file_without_dag(tmp_path: Path) -> None:
    """A helper module has the status no-dag."""
    assert build(tmp_path, "import airflow\n")[0].status == "no-dag"
