"""Runs tasks with airgo's own runtime for Airflow images, each in a process of its own that is forked once Airflow is loaded.

Standard input: [{"task": …, "env": {…}, "folder": …}]; output: [{"code", "said", "files": {name: text}}].
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
import traceback
from typing import Any

RUNTIME = sys.argv[1]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What one task did."""
    folder = asked.get("folder") or tempfile.mkdtemp()
    log = os.path.join(folder, "log")
    child = os.fork()
    if child == 0:
        ran(asked, folder, log)
    _, status = os.waitpid(child, 0)
    with open(log, encoding="utf-8") as file:
        said = file.read()
    out = os.path.join(folder, "out")
    files = {}
    for name in sorted(os.listdir(out)) if os.path.isdir(out) else ():
        with open(os.path.join(out, name), encoding="utf-8") as file:
            files[name] = file.read()
    return {"code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status), "said": said, "files": files}


def ran(asked: dict[str, Any], folder: str, log: str) -> None:
    """Run one task in this process and end it."""
    where = os.open(log, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    os.dup2(where, 1)
    os.dup2(where, 2)
    code = 1
    try:
        os.environ.update(asked.get("env", {}))
        importlib.import_module("airflow_task.result").FOLDER = os.path.join(folder, "out")
        module = importlib.import_module("airflow_task.task")
        module.prepare(asked["task"].get("roots", []))
        code = module.run(asked["task"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Answer everything."""
    sys.path.insert(0, os.path.dirname(RUNTIME))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    importlib.import_module("airflow_task.task")
    questions = json.load(sys.stdin)
    classes = {name for asked in questions for name in (asked["task"]["class"] if isinstance(asked["task"]["class"], list) else ())}
    classes |= {asked["task"]["class"] for asked in questions if isinstance(asked["task"]["class"], str)}
    for module in sorted({name.rpartition(".")[0] for name in classes if name.startswith("airflow.")}):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)  # loaded once, not in each process
    json.dump([answer(asked) for asked in questions], out)
    out.flush()


main()
