"""The business changes of the days on site."""
