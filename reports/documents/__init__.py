"""Documents that both sides keep: frozen snapshots in, PDF out. No database in here: who fills a snapshot stands outside."""
