"""Every token and component in each of its states, on one page for those who change the look. Never in production."""
