"""Hand values on to other tasks: JSON files that Argo reads as output parameters."""

import json
import os
from typing import Any

AIRGO_FOLDER = "/tmp/airgo"


def write_xcom(name: str, value: Any) -> None:
    """Write one value. Argo takes two opening braces for a tag, so the second is written as JSON's escape for it."""
    os.makedirs(AIRGO_FOLDER, exist_ok=True)
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"the XCom {name} cannot be written as JSON: {error}") from error
    with open(os.path.join(AIRGO_FOLDER, name), "w") as file:
        file.write(text.replace("{" * 2, "{\\u007b").replace("$", "\\u0024"))
