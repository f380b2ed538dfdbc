"""What a top-level package is: Python's own, a package to install, Airflow's; and what replaces Airflow's names in a slice."""

from __future__ import annotations

import sys
from typing import Literal

Kind = Literal["standard", "package", "airflow"]

NAMESPACE_PACKAGES = {
    "google.cloud": "google-cloud-",
    "azure": "azure-",
}
"""Packages that several distributions share: the next part of the name completes the distribution's."""
DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "googleapiclient": "google-api-python-client",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "magic": "python-magic",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "psycopg2": "psycopg2-binary",
    "Crypto": "pycryptodome",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack": "slackclient",
    "snowflake": "snowflake-connector-python",
    "telegram": "python-telegram-bot",
    "yaml": "PyYAML",
}
"""Import names that differ from the name one installs."""

REPLACED = {
    "AirflowBadRequest": "exceptions",
    "AirflowConfigException": "exceptions",
    "AirflowException": "exceptions",
    "AirflowFailException": "exceptions",
    "AirflowNotFoundException": "exceptions",
    "AirflowSensorTimeout": "exceptions",
    "AirflowSkipException": "exceptions",
    "Variable": "variables",
    "BaseHook": "connections",
    "Connection": "connections",
    "get_current_context": "context",
    "PokeReturnValue": "sensors",
    "TriggerRule": "trigger_rules",
    "days_ago": "dates",
    "airgo_conf": "configuration",
    "airgo_timezone": "timezone",
}
"""What airgo's runtime defines in place of Airflow's, and the runtime file that does."""
MODULES = {
    "airflow.configuration": {"conf": "airgo_conf", "": "airgo_conf"},
    "airflow.utils.timezone": {"": "airgo_timezone"},
    "airflow.sdk.timezone": {"": "airgo_timezone"},
    "airflow.utils.dates": {"days_ago": "days_ago"},
}
"""Names that mean something only in their module: what stands in for them; "" is the module itself."""
PROVIDED = {
    "airgo_conf": frozenset({"get", "getboolean", "getint", "getfloat", "getjson", "has_option"}),
    "airgo_timezone": frozenset(
        {
            *("utc", "utcnow", "utc_epoch", "is_localized", "is_naive", "make_aware", "make_naive", "convert_to_utc"),
            *("coerce_datetime", "from_timestamp", "datetime", "parse"),
        }
    ),
}
"""What the runtime has of a module or object that it stands in for."""


def kind_of(module: str) -> Kind:
    """What a module from outside the project is."""
    top = module.partition(".")[0]
    if top == "airflow":
        return "airflow"
    return "standard" if top in sys.stdlib_module_names or top == "__future__" else "package"


def distribution(module: str) -> str:
    """What one installs to import a module: a guess for names that are not in the tables, as pip users guess."""
    for namespace, prefix in NAMESPACE_PACKAGES.items():
        if module.startswith(namespace + "."):
            return prefix + module[len(namespace) + 1 :].partition(".")[0].replace("_", "-")
    top = module.partition(".")[0]
    return DISTRIBUTIONS.get(top, top.replace("_", "-"))


def replacement(module: str, name: str) -> str | None:
    """The expression that stands in for `from module import name`, or None.

    Airflow moved most of these names often, so only their last part counts; the others mean something in their module only.
    """
    if kind_of(module) != "airflow" or ".providers." in module.replace("airflow.providers.standard.", "airflow."):
        return None
    known = MODULES.get(f"{module}.{name}", {}).get("") or MODULES.get(module, {}).get(name)
    if known is not None:
        return known
    whole = MODULES.get(module, {}).get("")
    if whole is not None:
        return f"{whole}.{name}" if name in PROVIDED[whole] else None
    return name if name in REPLACED and name not in LOCAL else None


def runtime_file(expression: str) -> str:
    """The runtime file that defines what stands in for a name of Airflow."""
    return REPLACED[expression.partition(".")[0]]


LOCAL = frozenset({"days_ago", "airgo_conf", "airgo_timezone"})
"""Entries of REPLACED that stand in for names of certain modules only."""
