"""What people fill in about an engagement: shapes and cross-field sense; the rules stand in the services."""
