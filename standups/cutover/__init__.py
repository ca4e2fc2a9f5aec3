"""The cutover: how a run went, the usual run sheet, what stands before a Go."""
