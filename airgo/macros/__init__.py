"""Airflow's Jinja templates as text that Argo and Kubernetes can fill: `render_template` is the way in, `MACROS` the table of names."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.argo.text import Text
from airgo.macros import expressions as _expressions
from airgo.macros import statements as _statements
from airgo.macros.compiler import Compiler, environment
from airgo.macros.context import MACROS, TemplateContext
from airgo.macros.dates import RunDates, run_dates
from airgo.macros.results import NotExact, Result


def render_template(source: str, context: TemplateContext, options: Mapping[str, object] | None = None) -> tuple[str | Text, int]:
    """The text of a template, and how many Jinja expressions it has. `options`: plain jinja_environment_kwargs of the DAG.

    Raises NotExact where the template is wrong, or has no exact counterpart.
    """
    if "{{" not in source and "{%" not in source and "{#" not in source and not options:
        return source.replace("\r\n", "\n").removesuffix("\n"), 0  # Jinja strips one newline at the end
    compiler = Compiler(context, environment(options or {}))
    return compiler.render(source), compiler.expressions


def render_native(source: str, context: TemplateContext, options: Mapping[str, object] | None = None) -> tuple[Result | str | Text, int]:
    """As render_template, but a template of one expression alone gives what the expression stands for (jinja2's NativeEnvironment)."""
    compiler = Compiler(context, environment(options or {}))
    return compiler.render_native(source), max(compiler.expressions, 1)


HANDLERS = (_statements.__name__, _expressions.__name__)
"""The modules whose import registers the handlers of jinja2's nodes."""

__all__ = ["MACROS", "NotExact", "RunDates", "TemplateContext", "render_native", "render_template", "run_dates"]
