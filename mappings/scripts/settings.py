# What airgo hands to this script: settings in AIRGO_… variables, and the connection of Airflow.
import json
import os
import urllib.parse


def setting(name, default=None):
    """A setting that was written as JSON; {"$env": "NAME"} in it stands for the text in NAME."""
    text = os.environ.get("AIRGO_" + name)
    if text is None:
        return default
    return json.loads(text, object_hook=lambda item: os.environ[item["$env"]] if set(item) == {"$env"} else item)


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


def hand_on(value):
    """Write the value for the tasks that read it, as JSON that Argo leaves alone."""
    os.makedirs("/tmp/airgo", exist_ok=True)
    with open("/tmp/airgo/return-value", "w") as file:
        file.write(json.dumps(value).replace("{" * 2, "{\\u007b"))
