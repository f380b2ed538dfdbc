"""What a test does when an engine is not there: skip with the reason on a person's machine, fail where .ci/run requires all engines."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip, or fail when the environment says AIRGO_ENGINES=required."""
    if os.environ.get("AIRGO_ENGINES") == "required":
        pytest.fail(f"a required engine is absent: {reason}", pytrace=False)
    pytest.skip(reason)
