"""The `airgo` command. `--version` and `--help` are answered before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from airgo import __version__

        print(f"airgo {__version__}")
    elif arguments in ([], ["--help"], ["help"]):
        print(help_text(), end="")
        sys.exit(0 if arguments else 2)
    else:
        from airgo.cli.app import run

        sys.exit(run(arguments))


def help_text() -> str:
    """The help of `airgo` itself."""
    from airgo.cli.commands import COMMANDS

    lines = [f"  {name:10} {summary}" for name, summary in COMMANDS.items()]
    return "\n".join(
        [
            "Usage: airgo COMMAND [OPTIONS] [ARGUMENTS]",
            "",
            "Compile Apache Airflow DAG files to Argo Workflows manifests, without running them.",
            "",
            "Commands:",
            *lines,
            "",
            "Options:",
            "  --version, -V  Print the version.",
            "  --help         Print this; `airgo COMMAND --help` explains one command.",
            "",
            "Exit codes: 0 clean, 1 findings or changes, 2 usage, 3 a mistake of airgo's own.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
