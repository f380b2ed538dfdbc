"""Airflow's connections, read from the environment as Airflow's own environment backend does: AIRFLOW_CONN_<ID>, a URI or JSON."""

import json
import logging
import os
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from airgo.runtime.exceptions import AirflowNotFoundException


class Connection:
    """One connection, with the fields that Airflow's has."""

    def __init__(self, conn_id: str, **fields: Any) -> None:
        self.conn_id = conn_id
        self.conn_type: str = (fields.get("conn_type") or "").replace("-", "_")
        self.description: Any = fields.get("description")
        self.host: Any = fields.get("host")
        self.login: Any = fields.get("login")
        self.password: Any = fields.get("password")
        self.schema: Any = fields.get("schema")
        self.port: Any = int(fields["port"]) if fields.get("port") else None
        extra = fields.get("extra")
        self.extra: Any = extra if extra is None or isinstance(extra, str) else json.dumps(extra)

    @property
    def extra_dejson(self) -> Any:
        """What is in the connection's extra; empty when it is no JSON object."""
        try:
            found = json.loads(self.extra or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def get_password(self) -> Any:
        """The password."""
        return self.password

    def get_uri(self) -> str:
        """The connection as a URI, as Airflow writes it."""
        kind = f"{self.conn_type.lower().replace('_', '-')}://" if self.conn_type else "//"
        scheme, _, host = (self.host or "").rpartition("://")
        login = "" if self.login is None else quote(self.login, safe="")
        login += "" if self.password is None else ":" + quote(self.password, safe="")
        place = quote(host, safe="")
        if self.port:
            place += f"@:{self.port}" if not place and not login else f":{self.port}"
        if self.schema:
            place += f"/{quote(self.schema, safe='')}"
        return kind + (f"{scheme}://" if scheme else "") + (f"{login}@" if login else "") + place + self.airgo_query()

    def airgo_query(self) -> str:
        """The end of the URI, with what is in extra."""
        if not self.extra:
            return ""
        plain = self.extra_dejson
        query = urlencode(plain)
        same = bool(query) and plain == dict(parse_qsl(query, keep_blank_values=True))
        return ("?" if self.schema else "/?") + (query if same else urlencode({"__extra__": self.extra}))

    @classmethod
    def get(cls, conn_id: str) -> "Connection":
        """The connection of an id, by its name in Airflow 3."""
        return BaseHook.get_connection(conn_id)


class BaseHook:
    """Finds connections."""

    @property
    def log(self) -> Any:
        """The hook's logger."""
        return logging.getLogger(f"{type(self).__module__}.{type(self).__qualname__}")

    @staticmethod
    def get_connection(conn_id: str) -> Connection:
        """The connection of an id."""
        text = os.environ.get("AIRFLOW_CONN_" + conn_id.upper())
        if text is None:
            raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")
        if text.lstrip().startswith("{"):
            return Connection(conn_id, **json.loads(text))
        return connection_of_uri(conn_id, text)


def connection_of_uri(conn_id: str, uri: str) -> Connection:
    """A connection from `type://login:password@host:port/schema?extra=value`, every part percent-encoded."""
    kind, _, rest = uri.partition("://")
    inner = "://" in rest.partition("?")[0]  # kind://scheme://host, for hosts with a scheme of their own
    parts = urlsplit(rest if inner else uri)
    host = unquote(parts.hostname or "")
    if "/" in host:
        host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    if inner:
        host = parts.scheme + "://" + host
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = query["__extra__"] if "__extra__" in query else json.dumps(query) if query else None
    return Connection(
        conn_id,
        conn_type="postgres" if kind == "postgresql" else kind,
        host=host,
        login=unquote(parts.username) if parts.username else parts.username,
        password=unquote(parts.password) if parts.password else parts.password,
        schema=unquote(parts.path[1:]),
        port=parts.port,
        extra=extra,
    )
