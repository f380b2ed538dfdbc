"""What the output folder holds beside the manifests: the image of the Python tasks."""

from __future__ import annotations

from pathlib import Path

from airgo.discovery import ProjectFiles
from airgo.lower.result import Lowered
from airgo.output import python_image
from airgo.source import Span

SPAN = Span("dags/x.py", 1, 1, 1, 1)


def lowered(*requirements: str, project: bool = False, path: str = "dags/x.py") -> Lowered:
    """A DAG whose Python tasks need these packages."""
    return Lowered("x", path, SPAN, (), (), (), python_requirements=dict.fromkeys(requirements, (path,)), needs_project=project)


def test_nothing_is_built_for_the_standard_library(tmp_path: Path) -> None:
    """Without packages and files there is no image."""
    assert python_image([lowered()], ProjectFiles(tmp_path)) == {}


def test_packages_are_pinned_as_the_project_pins_them(tmp_path: Path) -> None:
    """requirements files come before pyproject.toml and Dockerfiles; each line says which files import the package."""
    (tmp_path / "requirements.txt").write_text("Py_YAML==6.0 ; python_version > '3'\npandas >= 2, < 3\n-r other.txt\n")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["pandas==1", "httpx[http2]~=0.27"]\n')
    (tmp_path / "Dockerfile").write_text("FROM x\nRUN pip install requests==2.31.0 \\\n    boto3==1.2 numpy\n")
    names = ("Py-YAML", "pandas", "httpx", "requests", "boto3", "numpy")
    found = python_image([lowered(*names), lowered("pandas", path="dags/y.py")], ProjectFiles(tmp_path))
    assert found["images/requirements.txt"].splitlines()[1:] == [
        "Py-YAML==6.0  # dags/x.py",
        "boto3==1.2  # dags/x.py",
        "httpx[http2]~=0.27  # dags/x.py",
        "numpy  # dags/x.py",
        "pandas>=2,<3  # dags/x.py, dags/y.py",
        "requests==2.31.0  # dags/x.py",
    ]
    assert "COPY requirements.txt /tmp/requirements.txt\n" in found["images/Dockerfile"]
    assert "project" not in found["images/Dockerfile"]


def test_an_image_holds_the_project_where_code_needs_it(tmp_path: Path) -> None:
    """The project is a build context of its own, copied to where the scripts look for it."""
    found = python_image([lowered(project=True)], ProjectFiles(tmp_path))
    assert set(found) == {"images/Dockerfile"}
    assert found["images/Dockerfile"].endswith("COPY --from=project . /airgo-project\n")
    assert "--build-context project=" in found["images/Dockerfile"]
