"""SQL: the client that belongs to the connection's database runs the statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies import strategy

NO_CLIENT = Rule(
    "AG229",
    "unknown-database",
    Severity.ERROR,
    "a connection whose database is not known, or has no client in the mapping",
    "Which client a statement needs depends on the type of its connection, which lives in Airflow's database.",
    'describe the connection in airgo.toml under [connections], for example `warehouse = "postgres://host/db"`',
)

SCHEMES = {"postgresql": "postgres", "mariadb": "mysql"}


@strategy("sql")
def sql(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """The body that the mapping has for the connection's type."""
    conn_id = str(options.get("conn_id"))
    kind = options.get("conn_type") or _configured(conn_id, draft)
    clients = cast(Mapping[str, dict[str, object]], options.get("clients") or {})
    if kind is None:
        raise CannotLower(NO_CLIENT, f"{node.task.id} uses the connection {conn_id}, whose type is not known")
    body = clients.get(SCHEMES.get(str(kind), str(kind)))
    if body is None:
        raise CannotLower(NO_CLIENT, f"{node.task.id} uses the connection {conn_id} of type {kind}, which the mapping has no client for")
    return TemplateDraft(dict(body), node.name, node.task.span)


def _configured(conn_id: str, draft: WorkflowDraft) -> str | None:
    """The type that airgo.toml gives the connection: the scheme of its URI, or its conn_type."""
    connection = draft.config.connections.get(conn_id)
    if isinstance(connection, str) and "://" in connection:
        return connection.partition("://")[0].partition("+")[0]
    if isinstance(connection, Mapping):
        return str(connection["conn_type"]) if "conn_type" in connection else None
    return None
