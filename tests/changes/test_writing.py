"""Writing an output folder: hand edits survive, nothing is half-written, leftovers go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airgo.changes import writing
from airgo.changes.lock import NAME, LockProblem, read_lock
from airgo.changes.writing import CannotWrite, plan, write


def test_a_hand_edit_is_kept(tmp_path: Path) -> None:
    """A file that a person changed is not overwritten, and still counts as theirs the next time."""
    write(tmp_path, {"a.yaml": "one\n", "b.yaml": "one\n"}, {})
    (tmp_path / "a.yaml").write_text("mine\n")
    for _ in range(2):
        done = write(tmp_path, {"a.yaml": "two\n", "b.yaml": "two\n"}, {})
        assert done.kept == ("a.yaml",)
        assert (tmp_path / "a.yaml").read_text() == "mine\n"
    assert (tmp_path / "b.yaml").read_text() == "two\n"


def test_force_overwrites_a_hand_edit(tmp_path: Path) -> None:
    """--force is the way to say so."""
    write(tmp_path, {"a.yaml": "one\n"}, {})
    (tmp_path / "a.yaml").write_text("mine\n")
    assert write(tmp_path, {"a.yaml": "two\n"}, {}, force=True).changed == ("a.yaml",)
    assert (tmp_path / "a.yaml").read_text() == "two\n"


def test_a_file_that_airgo_did_not_write_is_kept(tmp_path: Path) -> None:
    """What was there before airgo is a person's."""
    (tmp_path / "a.yaml").write_text("mine\n")
    assert write(tmp_path, {"a.yaml": "one\n"}, {}).kept == ("a.yaml",)
    assert "a.yaml" not in read_lock(tmp_path).outputs


def test_leftovers_are_removed_unless_changed(tmp_path: Path) -> None:
    """A file that nothing produces any more goes, with its empty folder; one that a person changed stays."""
    write(tmp_path, {"dags/x/a.yaml": "one\n", "dags/y/b.yaml": "one\n"}, {})
    (tmp_path / "dags/y/b.yaml").write_text("mine\n")
    assert write(tmp_path, {}, {}).stale == ("dags/x/a.yaml",)
    assert not (tmp_path / "dags/x").exists()
    assert (tmp_path / "dags/y/b.yaml").exists()


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """A second run finds everything as it is."""
    write(tmp_path, {"a.yaml": "one\n"}, {"dags/a.py": "hash"})
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != NAME}
    assert plan(tmp_path, {"a.yaml": "one\n"}).clean
    write(tmp_path, {"a.yaml": "one\n"}, {"dags/a.py": "hash"})
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != NAME} == before


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file cannot be written, no file is replaced, and no temporary file stays."""
    write(tmp_path, {"a.yaml": "one\n", "b.yaml": "one\n"}, {})
    prepare = writing.prepare

    def full(path: Path, text: str) -> Path:
        if path.name == "b.yaml":
            raise OSError(28, os.strerror(28), str(path))
        return prepare(path, text)

    monkeypatch.setattr(writing, "prepare", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        write(tmp_path, {"a.yaml": "two\n", "b.yaml": "two\n"}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", NAME, "b.yaml"]
    assert (tmp_path / "a.yaml").read_text() == "one\n"


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    """An output folder that cannot be one ends in a sentence that names it."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CannotWrite, match="out"):
        write(tmp_path / "out", {"a.yaml": "one\n"}, {})


def test_a_broken_lock_is_a_sentence(tmp_path: Path) -> None:
    """A lock file that is no JSON says what to do."""
    (tmp_path / NAME).write_text("{")
    with pytest.raises(LockProblem, match="--force"):
        plan(tmp_path, {})
