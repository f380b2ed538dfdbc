"""What containers run in: the images of airgo.toml, and the defaults where it names none."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.config import Config
from airgo.lower.draft import WorkflowDraft
from airgo.lower.result import Input
from airgo.source import Span

DEFAULTS: Mapping[str, str] = {"bash": "debian:stable-slim", "python": "python:3.12-slim"}
"""Contracts, section 1."""


def images(config: Config) -> Mapping[str, str]:
    """All images by name."""
    return {**DEFAULTS, **config.images}


def image(name: str, draft: WorkflowDraft, span: Span) -> str:
    """One image that airgo knows a default for; what uses it is recorded for the inventory."""
    draft.inputs.append(Input("images", name, (str(span),), default=DEFAULTS.get(name)))
    return images(draft.config)[name]
