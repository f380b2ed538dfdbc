"""What a user can set: airgo.toml, `[tool.airgo]`, and the flags that mirror them (contracts, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Config:
    """All settings with their defaults. Sizes of pools are integers; connections are URIs or tables."""

    airflow_version: str | None = None
    argo_version: str = "3.7"
    project: str | None = None
    source_roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    namespace: str | None = None
    service_account: str | None = None
    xcom: str = "parameters"
    sensors: str = "poll"
    groups: str = "flat"
    plugins: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()
    max_active_runs_policy: str = "queue"
    catchup_by_default: bool | None = None
    create_cron_data_intervals: bool | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    connections: Mapping[str, object] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    select: tuple[str, ...] = ("AG",)
    ignore: tuple[str, ...] = ()
