"""The decision to go live: what stands against it, what it rests on, and the way there at a glance."""
