"""Runs the task that the environment describes."""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # the folder above, so that this one is a package
__package__ = os.path.basename(os.path.dirname(os.path.abspath(__file__)))

from .task import main  # noqa: E402 - only now can it be found

if __name__ == "__main__":
    sys.exit(main())
