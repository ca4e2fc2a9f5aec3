"""Follow-up visits: what is asked, what was heard, and which are to be held."""
