"""One file for each command, found by name; each has `command`, the function that Typer turns into the command."""
