"""What a learner finds without signing in."""
