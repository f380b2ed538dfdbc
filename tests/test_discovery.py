"""Which files airgo reads, and that it reads nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.discovery import DEPLOYED_ROOT, NoSuchPath, ProjectFiles, Refused, discover, find_root

DAG = "from airflow import DAG\n"


def lay_out(root: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_a_link_that_leaves_the_project_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link to a file outside the root does not exist for the evaluated program."""
    lay_out(tmp_path, {"secret.txt": "password", "project/a.py": DAG})
    (tmp_path / "project" / "link.txt").symlink_to(tmp_path / "secret.txt")
    files = ProjectFiles((tmp_path / "project").resolve())
    assert not files.exists("link.txt")
    with pytest.raises(Refused, match="not in the project"):
        files.read("link.txt")


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "dags/../../secret.txt"])
def test_a_path_outside_the_project_is_refused(tmp_path: Path, path: str) -> None:
    """Neither an absolute path nor one with .. leads out of the root."""
    lay_out(tmp_path, {"secret.txt": "x", "project/dags/a.py": DAG})
    files = ProjectFiles((tmp_path / "project").resolve())
    assert files.relative(path) is None or not files.exists(files.relative(path) or "?")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused with the byte that says so."""
    (tmp_path / "a.py").write_bytes(b"x = '\xff'")
    with pytest.raises(Refused, match=r"a\.py is not UTF-8"):
        ProjectFiles(tmp_path.resolve()).read("a.py")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(f"{DEPLOYED_ROOT}/dags/x.sql", "dags/x.sql", id="the deployed root of __file__"),
        pytest.param("/opt/airflow/dags/x.sql", "dags/x.sql", id="a well-known deployment"),
        pytest.param("/usr/local/airflow/repo/dags/x.sql", "dags/x.sql", id="a repository mounted below it"),
        pytest.param("dags/./x.sql", "dags/x.sql", id="a relative path"),
    ],
)
def test_deployed_paths_are_found_in_the_project(tmp_path: Path, asked: str, found: str) -> None:
    """Code that names its files by where they lie in production finds them in the project."""
    lay_out(tmp_path, {"dags/x.sql": "select 1"})
    assert ProjectFiles(tmp_path.resolve()).relative(asked) == found


def test_files_without_airflows_words_are_left_alone(tmp_path: Path) -> None:
    """Airflow's safe mode: a file is read only if its text holds both words, unless it is named on the command line."""
    lay_out(tmp_path, {"a.py": DAG, "b.py": "print('airflow')", "c.py": "dag = 1"})
    assert discover([tmp_path], tmp_path).dag_files == ("a.py",)
    assert discover([tmp_path / "b.py"], tmp_path).dag_files == ("b.py",)


def test_test_named_files_are_read(tmp_path: Path) -> None:
    """Airflow loads files whose name looks like a test, and so does airgo."""
    lay_out(tmp_path, {"dags/test_dag.py": DAG, "dags/my_test.py": DAG})
    assert discover([tmp_path], tmp_path).dag_files == ("dags/my_test.py", "dags/test_dag.py")


def test_airflowignore_is_obeyed(tmp_path: Path) -> None:
    """A line of .airflowignore leaves out what it matches below its folder, as an expression or as a glob; comments do not count."""
    ignore = "legacy  # old ones\nhelpers/.*_draft\n*.skip.py\n"
    files = {
        "dags/.airflowignore": ignore,
        "dags/a.py": DAG,
        "dags/legacy/b.py": DAG,
        "dags/helpers/c_draft.py": DAG,
        "dags/d.skip.py": DAG,
    }
    lay_out(tmp_path, {**files, "legacy/e.py": DAG})
    assert discover([tmp_path], tmp_path).dag_files == ("dags/a.py", "legacy/e.py")


def test_exclude_takes_globs(tmp_path: Path) -> None:
    """`exclude` leaves out files by their path in the project."""
    lay_out(tmp_path, {"dags/a.py": DAG, "dags/legacy/b.py": DAG})
    assert discover([tmp_path], tmp_path, exclude=["dags/legacy/**"]).dag_files == ("dags/a.py",)


def test_a_missing_path_is_a_sentence(tmp_path: Path) -> None:
    """A path that does not exist raises with its name."""
    with pytest.raises(NoSuchPath, match="nowhere does not exist"):
        discover([tmp_path / "nowhere"], tmp_path)


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    """airgo.toml, `[tool.airgo]` or .git marks the project; without any, the path itself is the root."""
    lay_out(tmp_path, {"p/airgo.toml": "", "p/dags/a.py": DAG, "q/pyproject.toml": "[tool.other]\n", "q/dags/a.py": DAG})
    assert find_root([tmp_path / "p" / "dags"]) == (tmp_path / "p").resolve()
    assert find_root([tmp_path / "q" / "dags"]) == (tmp_path / "q" / "dags").resolve()


def test_import_roots_are_found(tmp_path: Path) -> None:
    """The dags folder comes first, then its plugins and config, then the root."""
    lay_out(tmp_path, {"airflow/dags/team/a.py": DAG, "airflow/plugins/x.py": "", "config/y.py": ""})
    assert discover([tmp_path], tmp_path).files.source_roots == ("airflow/dags", "airflow/plugins", "config", "")
