"""CPU time of the whole `airgo inspect`, JSON included, over `libcst.parse_module` of the same files in the same process.

usage: python tests/benchmarks/inspect_cost.py FOLDER [BOUND]      exits 1 above the bound (default 3); cold: nothing is remembered
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import libcst

from airgo import discovery, reading
from airgo.config import Config


def parse_all(texts: list[str]) -> float:
    """Seconds to parse each text once."""
    start = time.process_time()
    for text in texts:
        try:
            libcst.parse_module(text)
        except libcst.ParserSyntaxError:
            continue
    return time.process_time() - start


def main(folder: str, bound: str = "3") -> int:
    """Print both times and their ratio."""
    root = Path(folder).resolve()
    run = reading.Run(discovery.discover([root], root), Config())
    start = time.process_time()
    results = reading.inspect(run)
    whole = time.process_time() - start
    # every Python file that the evaluation read: the DAG files and what they imported
    read = sorted({path for one in results for question, path in one.trace if question == "read" and path.endswith(".py")})
    parse = parse_all([run.files.read(path) for path in read if run.files.is_file(path)])
    ratio = whole / parse
    print(
        f"{len(results)} DAG files, {len(read)} files read: inspect {whole:.2f} s, parse {parse:.2f} s, ratio {ratio:.2f} (bound {bound})"
    )
    return int(ratio > float(bound))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
