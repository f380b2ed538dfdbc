"""The real Argo's clock as a test oracle: when a CronWorkflow starts runs, and what its expressions make of a run's dates."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

from tests.engines.argo_server import build


class ArgoRefuses(Exception):
    """Argo says no: a cron that it does not read, an expression that fails. The message is Argo's."""


class ArgoClock:
    """One process of our program over Argo's own packages, for many questions. A context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([str(build("clock"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._asked = 0

    def __enter__(self) -> ArgoClock:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def ticks(self, spec: Mapping[str, Any], after: datetime, count: int, *, until: datetime | None = None) -> list[datetime]:
        """The first instants after `after` at which a CronWorkflow with this spec starts a run, in UTC."""
        asked = {"schedules": spec["schedules"], "timezone": spec.get("timezone", ""), "when": spec.get("when", ""), "count": count}
        asked["after"] = after.isoformat()
        if until is not None:
            asked["until"] = until.isoformat()
        return [datetime.fromisoformat(tick) for tick in self._ask({"ticks": asked}).get("ticks", [])]

    def texts(
        self,
        texts: Sequence[str],
        *,
        created: datetime,
        scheduled: datetime | None = None,
        parameters: Mapping[str, str] | None = None,
        labels: Sequence[str] = (),
    ) -> tuple[list[str], list[str]]:
        """The texts with their tags replaced, and the values of label expressions, in a run that was started by its clock or by hand."""
        run: dict[str, Any] = {"texts": list(texts), "labels": list(labels), "created": created.isoformat()}
        run["parameters"] = {"logical-date": "", **(parameters or {})}
        if scheduled is not None:
            run["scheduled"] = scheduled.isoformat()
        answer = self._ask({"run": run})
        return answer.get("texts", []), answer.get("labels", [])

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked += 1
        self._process.stdin.write(json.dumps({"id": self._asked, **question}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or "null")
        if answer is None or answer["id"] != self._asked:
            raise RuntimeError("the clock died")
        if "error" in answer:
            raise ArgoRefuses(answer["error"])
        return dict(answer)
