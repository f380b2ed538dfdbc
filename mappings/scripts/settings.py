# What airgo hands to this script, in AIRGO_… variables.
import json
import os


def setting(name, default=None):
    """A setting that was written as JSON; {"$env": "NAME"} in it stands for the text in NAME."""
    text = os.environ.get("AIRGO_" + name)
    if text is None:
        return default
    return json.loads(text, object_hook=lambda item: os.environ[item["$env"]] if set(item) == {"$env"} else item)
