"""Changes for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from airgo import __version__
from airgo.changes.meaning import Change


def render(changes: Sequence[Change]) -> str:
    """One JSON document."""
    entries = [
        {
            "dag": change.dag,
            "kind": change.kind,
            "what": change.what,
            "before": change.before,
            "after": change.after,
            "file": change.span.path if change.span else None,
            "line": change.span.line if change.span else None,
        }
        for change in changes
    ]
    return json.dumps({"airgo": __version__, "schema": 1, "changes": entries}, indent=2, ensure_ascii=False, default=str) + "\n"
