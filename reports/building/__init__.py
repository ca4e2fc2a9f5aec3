"""Snapshots of documents from rows. A document belongs to the client, so every row here passes `shared()`."""
