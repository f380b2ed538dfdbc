"""Zip files of DAGs, from discovery to what `airgo inspect` says of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from airgo import discovery, reading
from airgo.archives import BrokenArchive, content, members
from airgo.config import Config

ETL = "from airflow import DAG\nfrom shape import NAME\ndag = DAG(NAME, schedule=None)\n"


def inspected(root: Path) -> list[dict]:
    """What `inspect` says of each file."""
    run = reading.Run(discovery.discover([root], root), Config(airflow_version="2"), strict=True)
    return [dict(one.document) for one in reading.inspect(run)]


def pack(path: Path, files: dict[str, str]) -> None:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_what_is_no_zip_file_is_reported(tmp_path: Path) -> None:
    """A file that cannot be unpacked is an error with its name, and no DAG."""
    (tmp_path / "team.zip").write_text("version https://git-lfs.github.com/spec/v1\n")
    (file,) = inspected(tmp_path)
    assert (file["path"], file["status"], file["dags"]) == ("team.zip", "error", [])
    assert [one["code"] for one in file["diagnostics"]] == ["AG120"]


def test_a_damaged_member_is_reported(tmp_path: Path) -> None:
    """Data that does not fit its checksum is refused, and an unpacked member is never larger than is allowed."""
    pack(tmp_path / "team.zip", {"a.py": "x = 1\n" * 100})
    assert len(content(tmp_path / "team.zip", "a.py", 1000)) == 600
    with pytest.raises(BrokenArchive, match="more than 599 bytes"):
        content(tmp_path / "team.zip", "a.py", 599)
    data = bytearray((tmp_path / "team.zip").read_bytes())
    data[40] ^= 0xFF
    (tmp_path / "team.zip").write_bytes(data)
    with pytest.raises(BrokenArchive, match=r"a\.py cannot be unpacked"):
        content(tmp_path / "team.zip", "a.py", 1000)


def test_names_that_leave_the_archive_are_not_seen(tmp_path: Path) -> None:
    """A member is named by a path inside the archive only."""
    pack(tmp_path / "team.zip", {"../up.py": "", "lib/../up.py": "", "lib/a.py": "", "q.sql": ""})
    assert list(members(tmp_path / "team.zip")) == ["lib/a.py"]


def test_the_modules_of_a_zip_file_come_first(tmp_path: Path) -> None:
    """An import finds the archive's own module before one of the same name beside the archive."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "shape.py").write_text("NAME = 'outside'\n")
    pack(tmp_path / "dags" / "team.zip", {"etl.py": ETL, "shape.py": "NAME = 'inside'\n"})
    (file,) = inspected(tmp_path)
    assert file["path"] == "dags/team.zip/etl.py"
    assert [dag["dag_id"] for dag in file["dags"]] == ["inside"]
