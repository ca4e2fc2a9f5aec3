"""`make screenshots`: pictures of the main screens, to see what a change does to the look, and for the README."""
