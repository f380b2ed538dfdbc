"""A bar of progress on standard error, on a terminal only, for runs long enough to be waited for."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airgo.reading import Progress

PATIENCE = 1.0
"""Seconds before anything shows: a short run shows nothing, and does not load the library that draws."""


def progress() -> Progress | None:
    """A callback for `Run`, or None when standard error is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    return Bar().show


class Bar:
    """One bar that appears after PATIENCE and leaves nothing behind."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.task: object = None

    def show(self, done: int, total: int, path: str) -> None:
        """Before the file `path`, with `done` of `total` files finished."""
        if time.monotonic() - self.started < PATIENCE:
            return
        if self.task is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task(path, total=total)
        self.bar.update(self.bar.task_ids[0], completed=done, description=path[-60:])
        if done + 1 == total:
            self.bar.stop()
