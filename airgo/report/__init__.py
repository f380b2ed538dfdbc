"""The migration report: one model, and one file for each format that it is written in."""
