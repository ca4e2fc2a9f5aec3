"""Sessions, learners, invitations, feedback."""
