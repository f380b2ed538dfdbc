"""What happens to an output folder between runs: the lock file, protection of hand edits, and changes in meaning."""
