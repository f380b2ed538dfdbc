"""The output parameters that XCom keys become."""

from __future__ import annotations

from airgo.argo.names import parameter_name

RESERVED = frozenset({"return-value", "return-values", "items", "airgo-state", "airgo-branch"})
"""Names that contracts, section 4, keeps for airgo."""

DEFAULTS = {"items": "[]", "airgo-branch": "[]", "airgo-state": ""}
"""What a reader gets when the task never wrote the file; `null` for any other."""


def output_parameter(key: str, *, mapped: bool = False) -> str:
    """The output parameter of an XCom key; of a mapped task's inner DAG, the one that holds the values of all instances."""
    if key == "return_value":
        return "return-values" if mapped else "return-value"
    if key in ("items", "airgo-state", "airgo-branch"):
        return key
    name = parameter_name(key)
    name = f"xcom-{name}" if name in RESERVED else name
    return f"{name}-values" if mapped else name
