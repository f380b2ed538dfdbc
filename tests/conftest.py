"""Fixtures that many tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.argo_engine import ArgoEngine, NoEngine
from tests.engines.argo_server import ArgoValidator
from tests.engines.required import absent


@pytest.fixture(scope="session")
def argo() -> Iterator[ArgoValidator]:
    """The real Argo's word on manifests; built on first use."""
    with ArgoValidator() as validator:
        yield validator


@pytest.fixture(scope="session")
def engine() -> Iterator[ArgoEngine]:
    """The real Argo controller, with pods that really run; built on first use."""
    try:
        started = ArgoEngine()
    except NoEngine as reason:
        absent(f"workflows cannot be run: {reason}")
    with started:
        yield started


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update` rewrites what tests expect to what is."""
    parser.addoption("--update", action="store_true", default=False, help="rewrite expectations (read the diff)")
