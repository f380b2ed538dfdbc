"""What lowering gives back: manifests, and an account of everything the DAG said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from airgo.source import Span

Outcome = Literal["mapped", "approximated", "ignored", "unsupported", "unknown"]
Strategy = Literal["native", "slice", "airflow-image", "manual"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What became of one thing the author wrote; exactly one for each (subject, kind, name). Contracts, section 3.

    kind: dag · default · argument · expand · template · xcom. `target` is FILE#JSON-POINTER below the output folder (outcome mapped);
    `code` goes with approximated, unsupported and unknown; `reason` with ignored.
    """

    subject: str
    kind: str
    name: str
    outcome: Outcome
    code: str | None = None
    reason: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """How one task was converted. `node` is the display name of its node in a run, unique in its workflow.

    `carries`: the user's code that travels with it; `image_needs`: what its image must hold besides Python's standard library.
    """

    task_id: str
    span: Span
    operator: str
    strategy: Strategy
    template: str
    node: str
    why_not_better: str | None = None
    carries: tuple[str, ...] = ()
    image_needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """An id that Argo does not allow, and what it became. kind: dag, task, param, xcom."""

    kind: str
    dag_id: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Input:
    """Something the deployment must provide. kind: variables, connections, env, pools, images. `used_at` are `path:line`.

    `path`: what is read below a JSON Variable or connection, an entry of its own in the ConfigMap or Secret.
    """

    kind: str
    key: str
    used_at: tuple[str, ...] = ()
    secret: bool = False
    default: object = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file to write: its path below the output folder, a head comment, and its documents (leaves may be `argo.text.Text`)."""

    path: str
    documents: tuple[Mapping[str, object], ...]
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Lowered:
    """One DAG, lowered. `origins` maps FILE#JSON-POINTER to the user's span, so that a problem found there can be reported here.

    `python_requirements`: packages that the image of Python tasks must hold, with the files that import them; `needs_project`: it must
    also hold the project's files.
    """

    dag_id: str
    path: str
    span: Span
    manifests: tuple[Manifest, ...]
    tasks: tuple[TaskOutcome, ...]
    ledger: tuple[LedgerEntry, ...]
    renames: tuple[Rename, ...] = ()
    inputs: tuple[Input, ...] = ()
    origins: Mapping[str, Span] = field(default_factory=dict)
    python_requirements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs_project: bool = False
    runtimes: tuple[str, ...] = ()
    project_in_image: bool = False
