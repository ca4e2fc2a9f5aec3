"""The speed figures: ratios of medians, measured alternately in one run, so that a slow machine slows both sides."""
