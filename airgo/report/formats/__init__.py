"""One file for each format of the report; each has `SUFFIX` and `render(report) -> str`."""

from __future__ import annotations

import importlib
import pkgutil

from airgo.report.model import Report


def render_all(report: Report) -> dict[str, str]:
    """Every format's text by file name: report.html, report.json, report.md."""
    texts = {}
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        form = importlib.import_module(f"{__name__}.{found.name}")
        texts[f"report.{form.SUFFIX}"] = form.render(report)
    return texts
