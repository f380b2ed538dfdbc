"""Reads Airflow's own settings with their defaults from the templates that it ships.

    python tests/engines/config_defaults.py SITE_PACKAGES_OF_2 SITE_PACKAGES_OF_3 > airgo/data/config_defaults.json

Settings whose default depends on the deployment (a folder, a generated key) or that hold a secret are left out.
"""

from __future__ import annotations

import configparser
import json
import sys
from pathlib import Path

import yaml

TEMPLATES = "airflow/config_templates"


def settings(site_packages: Path) -> dict[str, str]:
    """The defaults of one Airflow by `section.key`."""
    found = {}
    for section, body in yaml.safe_load((site_packages / TEMPLATES / "config.yml").read_text(encoding="utf-8")).items():
        for key, option in body["options"].items():
            default = option.get("default")
            if default is not None and "{" not in str(default) and not option.get("sensitive"):
                found[f"{section}.{key}"] = str(default)
    provided = configparser.ConfigParser(interpolation=None)
    provided.read(site_packages / TEMPLATES / "provider_config_fallback_defaults.cfg", encoding="utf-8")
    for section in provided.sections():
        for key, value in provided[section].items():
            if value and "{" not in value:
                found.setdefault(f"{section}.{key}", value)
    return found


def main() -> None:
    """Print the defaults of both lines: one value where they agree."""
    two, three = (settings(Path(folder)) for folder in sys.argv[1:3])
    both = {name: (two.get(name), three.get(name)) for name in sorted(two | three)}
    table = {name: first if first == second else [first, second] for name, (first, second) in both.items()}
    print(json.dumps(table, indent=0, ensure_ascii=False))


if __name__ == "__main__":
    main()
