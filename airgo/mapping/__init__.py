"""Operator knowledge as data: the schema of `mappings/*.yaml`, the registry, and rendering a mapping's `emit` block."""
