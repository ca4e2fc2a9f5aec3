"""Field texts and graded queries that measure the quality of the search, written without sight of its code."""
