# The connection of Airflow.
import urllib.parse


def connection():
    """The connection, from JSON or a URI: conn_type, host, login, password, port, schema, and extra (a dict)."""
    text = os.environ.get("AIRGO_CONNECTION", "").strip()
    if not text.startswith("{"):
        return connection_from_uri(text)
    found = json.loads(text)
    extra = found.get("extra") or {}
    found["extra"] = json.loads(extra) if isinstance(extra, str) else extra
    return found


def connection_from_uri(uri):
    """type://login:password@host:port/schema?extra=…, each part percent-encoded."""
    parts = urllib.parse.urlsplit(uri)
    extra = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    unquoted = {
        "host": parts.hostname and urllib.parse.unquote(parts.netloc.rpartition("@")[2].rpartition(":")[0] or parts.hostname),
        "login": parts.username and urllib.parse.unquote(parts.username),
        "password": parts.password and urllib.parse.unquote(parts.password),
        "schema": urllib.parse.unquote(parts.path.lstrip("/")) or None,
    }
    if parts.port is None and parts.hostname:
        unquoted["host"] = urllib.parse.unquote(parts.netloc.rpartition("@")[2])
    extra = json.loads(extra["__extra__"]) if "__extra__" in extra else extra
    return {"conn_type": parts.scheme.replace("-", "_"), "port": parts.port, "extra": extra, **unquoted}
