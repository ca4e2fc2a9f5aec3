"""The roll-out by module, role and stage: how the matrix is built, read, and what stands before a Go."""
