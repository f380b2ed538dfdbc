"""The command line: the only part of airgo that prints, exits, or looks at the terminal."""
