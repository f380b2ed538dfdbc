"""Which files airgo reads, and that it reads nothing else."""

from __future__ import annotations

import zipfile
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


IGNORED = {
    "dags/a.py": DAG,
    "dags/latest.py": DAG,
    "dags/test/b.py": DAG,
    "dags/deep/test/c.py": DAG,
    "dags/helpers/d_draft.py": DAG,
    "test/e.py": DAG,
}


@pytest.mark.parametrize(
    ("version", "lines", "kept"),
    [
        pytest.param("2", "test  # old ones", ["dags/a.py", "dags/helpers/d_draft.py", "test/e.py"], id="an expression is found anywhere"),
        pytest.param("3", "test", ["dags/a.py", "dags/helpers/d_draft.py", "dags/latest.py", "test/e.py"], id="a glob fits a whole name"),
        pytest.param(
            "3", "/test/", ["dags/a.py", "dags/deep/test/c.py", "dags/helpers/d_draft.py", "dags/latest.py", "test/e.py"], id="anchored"
        ),
        pytest.param("3", "**/*_draft.py\ndeep/\ntest", ["dags/a.py", "dags/latest.py", "test/e.py"], id="globs over folders"),
        pytest.param("3", "*\n!latest.py", ["dags/latest.py", "test/e.py"], id="the last glob that fits decides"),
        pytest.param("3", "[ab].py\nlates?.py\nd*\n", ["test/e.py"], id="sets and wildcards"),
        pytest.param(
            "2", "helpers/.*_draft\n[broken\n/test/", ["dags/a.py", "dags/latest.py", "dags/test/b.py", "test/e.py"], id="no glob in 2"
        ),
    ],
)
def test_airflowignore_is_read_in_the_syntax_of_its_airflow(tmp_path: Path, version: str, lines: str, kept: list[str]) -> None:
    """Airflow 2 searches the path below the file's folder for expressions, Airflow 3 matches globs; comments do not count."""
    lay_out(tmp_path, {**IGNORED, "dags/.airflowignore": lines})
    found = discover([tmp_path], tmp_path, airflow_version=version).dag_files
    assert sorted(found) == kept


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"airflow.cfg": "[core]\ndag_ignore_file_syntax = glob\n"}, id="airflow.cfg"),
        pytest.param({"Dockerfile": "ENV AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX=glob\n"}, id="an image"),
        pytest.param({"requirements.txt": "apache-airflow==3.1.0\n"}, id="a pinned version"),
        pytest.param({"dags/x.py": "from airflow.sdk import dag\n"}, id="the spelling of the DAG files"),
    ],
)
def test_the_syntax_of_airflowignore_is_found_in_the_project(tmp_path: Path, files: dict[str, str]) -> None:
    """A setting counts, then the Airflow of the project: `test` does not match latest.py where globs are read."""
    lay_out(tmp_path, {"dags/latest.py": "import airflow, dag\n", "dags/.airflowignore": "test\n"})
    assert discover([tmp_path], tmp_path).dag_files == ()
    lay_out(tmp_path, files)
    assert "dags/latest.py" in discover([tmp_path], tmp_path).dag_files


def pack(archive: Path, files: dict[str, str]) -> None:
    """Write a zip file."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in files.items():
            opened.writestr(name, text)


def test_modules_at_the_root_of_a_zip_file_are_dag_files(tmp_path: Path) -> None:
    """Airflow loads what lies at an archive's root and holds its words; folders inside are packages, data files are not seen."""
    pack(
        tmp_path / "dags" / "team.zip", {"etl.py": DAG, "plain.py": "x = 1", "lib/deep.py": DAG, "lib/__init__.py": "", "q.sql": "select 1"}
    )
    found = discover([tmp_path], tmp_path)
    assert found.dag_files == ("dags/team.zip/etl.py",)
    assert discover([tmp_path / "dags" / "team.zip"], tmp_path).dag_files == found.dag_files
    files = found.files
    assert files.read("dags/team.zip/etl.py") == DAG
    assert files.is_file("dags/team.zip/lib/deep.py")
    assert files.is_dir("dags/team.zip/lib")
    assert files.listing("dags/team.zip/lib") == ("__init__.py", "deep.py")
    assert not files.exists("dags/team.zip/q.sql")
    assert not files.exists("dags/team.zip/../etl.py")


def test_a_broken_zip_file_is_handed_on_by_itself(tmp_path: Path) -> None:
    """What is no archive is among the DAG files, so that reading it reports it; an ignored one is not."""
    lay_out(tmp_path, {"dags/team.zip": "version https://git-lfs.github.com/spec/v1\n", "dags/.airflowignore": "old", "dags/old.zip": "x"})
    assert discover([tmp_path], tmp_path).dag_files == ("dags/team.zip",)


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


def test_without_a_mark_the_layout_says_the_root(tmp_path: Path) -> None:
    """Folders of an Airflow deployment beside `dags` are seen without a setting; other folders and names say nothing."""
    lay_out(
        tmp_path,
        {"a/dags/team/x.py": DAG, "a/plugins/p.py": "", "b/dags/x.py": DAG, "b/docs/p.py": "", "c/jobs/x.py": DAG, "c/plugins/p.py": ""},
    )
    assert find_root([tmp_path / "b" / "dags"]) == (tmp_path / "b" / "dags").resolve()
    assert find_root([tmp_path / "c" / "jobs"]) == (tmp_path / "c" / "jobs").resolve()
    for path in ("a/dags", "a/dags/team", "a/dags/team/x.py"):
        assert find_root([tmp_path / path]) == (tmp_path / "a").resolve()


def test_import_roots_are_found(tmp_path: Path) -> None:
    """The dags folder comes first, then its plugins and config, then the root."""
    lay_out(tmp_path, {"airflow/dags/team/a.py": DAG, "airflow/plugins/x.py": "", "config/y.py": ""})
    assert discover([tmp_path], tmp_path).files.source_roots == ("airflow/dags", "airflow/plugins", "config", "")
