"""Is the data that was loaded the data that was there: what is counted, what differs, what is shown and written to Excel."""
