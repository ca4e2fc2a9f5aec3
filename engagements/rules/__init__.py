"""Standing rules: which engagements a rule binds, what it demands there, and what became of it."""
