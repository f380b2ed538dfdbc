"""A line of progress on standard error, on a terminal only, for runs long enough to be waited for."""

from __future__ import annotations

import os
import sys
import time

from airgo.reading import Progress

PATIENCE = 1.0
"""Seconds before the first line: a short run shows nothing."""


def progress() -> Progress | None:
    """A callback for `Run`, or None when standard error is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    started = time.monotonic()

    def show(done: int, total: int, path: str) -> None:
        if time.monotonic() - started < PATIENCE:
            return
        end = "\r" if done + 1 < total else "\r\033[K"
        print(f"\033[K{done + 1}/{total} {path[-60:]}", end=end, file=sys.stderr, flush=True)

    return show
