"""The `airgo` command. `--version` is answered before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from airgo import __version__

        print(f"airgo {__version__}")
        return
    from airgo.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
