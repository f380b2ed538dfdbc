"""One file for each modelled library, found by name; see `airgo.evaluate.models`."""
