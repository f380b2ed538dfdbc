"""Where other tasks read what this one hands on: JSON files below /tmp/airgo, which Argo takes as output parameters."""

import json
import os
from typing import Any, Dict

FOLDER = "/tmp/airgo"


def write_json(name: str, value: Any) -> None:
    """Write a value. Argo takes two opening braces for a tag and Kubernetes reads dollars, so both are written as JSON's escapes."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TypeError("the XCom " + name + " cannot be written as JSON: " + str(error)) from error
    write_text(name, text.replace("{" * 2, "{\\u007b").replace("$", "\\u0024"))


def write_text(name: str, text: str) -> None:
    """Write a file."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as file:
        file.write(text)


def hand_on(outputs: Dict[str, str], values: Dict[str, Any]) -> None:
    """Write the values that somebody reads. `outputs`: the file for each key; "items" is the list that a mapped task fans out over."""
    for key, file in outputs.items():
        if key == "items":
            returned = values.get("return_value")
            if returned is not None:
                write_items(file, returned)
        elif key in values:
            write_json(file, values[key])


def write_items(file: str, returned: Any) -> None:
    """A list of JSON texts, one for each element (a dict gives pairs): elements of lists lose their types on the way."""
    elements = [list(pair) for pair in returned.items()] if isinstance(returned, dict) else list(returned)
    texts = [json.dumps(element).replace("{" * 2, "{\\u007b").replace("$", "\\u0024") for element in elements]
    write_text(file, json.dumps(texts))


def pushed(operator: Any, returned: Any) -> Dict[str, Any]:
    """What Airflow pushes for a returned value."""
    if returned is None or not getattr(operator, "do_xcom_push", True):
        return {}
    values = {"return_value": returned}
    if getattr(operator, "multiple_outputs", False):
        if not isinstance(returned, dict):
            raise TypeError("with multiple_outputs the task has to return a dict, not a " + type(returned).__name__)
        values.update(returned)
    return values
