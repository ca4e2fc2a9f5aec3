"""The chapters of the field manual that need more than a line, each from its own rows."""
