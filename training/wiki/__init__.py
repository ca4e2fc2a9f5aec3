"""Articles: text, versions, review."""
