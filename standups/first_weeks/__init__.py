"""The weeks after go-live: their health, what ends them, and the hand-over to operations."""
