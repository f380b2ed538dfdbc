"""Python that travels inside manifests: standard library only, Python 3.8 or newer, read as text and embedded unchanged."""
