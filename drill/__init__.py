"""A drilled day: one whole day of a city played through the real services, and scored (decisions.md E27)."""
